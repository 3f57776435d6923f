using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MangaMotion.Messaging.Postgres.Schema;

/// <summary>One script of a schema set. The command line compiles this file too, and so reads scripts as the services do.</summary>
/// <param name="Checksum">SHA-256 of the text with LF line endings, in lower-case hexadecimal digits.</param>
internal sealed record SchemaScript(int Version, string Name, string Sql, string Checksum)
{
    /// <summary>Begin of the first line of a script after which older services do not run. The rest of the line is the reason.</summary>
    private const string IrreversibleMark = "-- irreversible: ";

    /// <summary>Why older services do not run after this script; null if they do.</summary>
    public string? Irreversible { get; } =
        Sql.StartsWith(IrreversibleMark, StringComparison.Ordinal) ? Sql[IrreversibleMark.Length..Sql.IndexOf('\n')].Trim() : null;

    /// <summary>Reads a script and closes the stream.</summary>
    /// <param name="name">File name, such as <c>0001_tables.sql</c>.</param>
    /// <returns>Null if the name does not begin with a number and an underscore.</returns>
    public static SchemaScript? Read(string name, Stream content)
    {
        using var reader = new StreamReader(content, Encoding.UTF8);
        if (!int.TryParse(name.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return null;
        // A checkout can change line endings, which must not change the checksum.
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        return new SchemaScript(version, name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }
}

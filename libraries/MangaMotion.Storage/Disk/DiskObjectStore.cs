using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace MangaMotion.Storage.Disk;

/// <summary>
/// Stores objects as files below one folder, which several processes may share. A put writes a temporary file on the same file system
/// (bytes, then <see cref="ObjectTrailer"/>) and commits it by rename. A committed file is never changed.
/// </summary>
/// <remarks>
/// With <see cref="DiskStorageOptions.Fsync"/> a put returns when bytes and name are on the disk. A delete is not flushed: after a power
/// cut a deleted object may exist again, until the sweep of unreferenced objects deletes it.
/// </remarks>
public sealed class DiskObjectStore : IObjectStore
{
    private const int BufferSize = 128 * 1024;
    private const int BlockSize = BufferSize - ObjectTrailer.MaxLength;
    private static readonly TimeSpan TemporaryFileLifetime = TimeSpan.FromHours(24);

    private readonly DiskLayout _layout;
    private readonly DiskWriter _writer;
    private bool _prepared;

    public DiskObjectStore(IOptions<StorageOptions> options)
    {
        _layout = new DiskLayout(options.Value.Disk.Root!);
        _writer = new DiskWriter(_layout, options.Value.Disk.Fsync);
    }

    public async Task<StoredObject> PutAsync(string key, Stream content, PutOptions options, CancellationToken cancellationToken)
    {
        PutOptions.Validate(options);
        ThrowIfUnmounted();
        var path = _layout.PathOf(key);
        var temporary = _layout.NewTemporaryFile();
        try
        {
            using var incoming = new IncomingContent(key, content, options);
            return await WriteAsync(key, temporary, path, incoming, options.ContentType, cancellationToken);
        }
        catch
        {
            DeleteTemporary(temporary);
            throw;
        }
    }

    public async Task<StoredObject> PutFileAsync(string key, string path, PutOptions options, CancellationToken cancellationToken)
    {
        PutOptions.Validate(options);
        ThrowIfUnmounted();
        var target = _layout.PathOf(key);
        var temporary = _layout.NewTemporaryFile();
        if (!_writer.TryTake(path, temporary))
        {
            StoredObject copied;
            await using (var content = File.OpenRead(path))
                copied = await PutAsync(key, content, options, cancellationToken);

            File.Delete(path);
            return copied;
        }

        try
        {
            var info = await FinishInPlaceAsync(key, temporary, options, cancellationToken);
            _writer.Commit(temporary, target);
            return info;
        }
        catch
        {
            // A file that was not stored still belongs to the caller.
            File.Move(temporary, path);
            throw;
        }
    }

    public Task<ObjectContent> GetAsync(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (file, info) = Open(key) ?? throw new ObjectNotFoundException(key);
        try
        {
            var (start, length) = range?.Within(info) ?? (0, info.Length);
            return Task.FromResult(new ObjectContent(info, new FileSliceStream(file, start, length)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Task<StoredObject> FetchAsync(string key, string path, long? maxLength, CancellationToken cancellationToken)
    {
        var source = _layout.PathOf(key);
        if (File.Exists(path))
            throw new IOException($"Object '{key}' is not fetched to '{path}': the file exists already.");

        // On another thread, because a file system without reflinks copies the whole object.
        return Task.Run(() => Duplicate(key, source, path, maxLength, CutTrailer), cancellationToken);

        static StoredObject CutTrailer(SafeFileHandle file, StoredObject info)
        {
            RandomAccess.SetLength(file, info.Length);
            return info;
        }
    }

    public Task<StoredObject?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Open(key) is not var (file, info))
            return Task.FromResult<StoredObject?>(null);

        file.Dispose();
        return Task.FromResult<StoredObject?>(info);
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfUnmounted();
        foreach (var key in _layout.Keys(prefix))
        {
            // An object deleted meanwhile is not listed.
            if (await HeadAsync(key, cancellationToken) is { } info)
                yield return info;
        }
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        ThrowIfUnmounted();
        foreach (var path in keys.Select(_layout.PathOf).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            _writer.Delete(path);
        }

        return Task.CompletedTask;
    }

    public async Task<StoredObject> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (_layout.PathOf(from), _layout.PathOf(to));
        var temporary = _layout.NewTemporaryFile();
        try
        {
            var info = await Task.Run(() => Duplicate(from, source, temporary, maxLength: null, WriteNewTrailer), cancellationToken);
            _writer.Commit(temporary, target);
            return info with { Key = to };
        }
        catch
        {
            DeleteTemporary(temporary);
            throw;
        }

        StoredObject WriteNewTrailer(SafeFileHandle file, StoredObject info)
        {
            var copied = info with { ModifiedAt = Now() };
            Span<byte> trailer = stackalloc byte[ObjectTrailer.MaxLength];
            _writer.Write(file, trailer[..ObjectTrailer.Write(trailer, copied)], copied.Length, temporary);
            _writer.Sync(file, temporary);
            return copied;
        }
    }

    /// <returns>Null: a disk store has no links.</returns>
    public Uri? PresignGet(string key, PresignGetOptions options) => null;

    /// <returns>Null: a disk store has no links.</returns>
    public Uri? PresignPut(string key, PresignPutOptions options) => null;

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnmounted();
        var probe = _layout.NewTemporaryFile();
        try
        {
            using var file = _writer.Create(probe);
            _writer.Write(file, [1], 0, probe);
        }
        finally
        {
            // Deleted on a full disk too: the readiness check runs every few seconds and must not leave a file each time.
            DeleteTemporary(probe);
        }

        if (!_prepared)
            _layout.SweepTemporaryFiles(TemporaryFileLifetime);

        _prepared = true;
        return Task.CompletedTask;
    }

    private async Task<StoredObject> WriteAsync(
        string key, string temporary, string path, IncomingContent incoming, string contentType, CancellationToken cancellationToken)
    {
        using var file = _writer.Create(temporary);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int filled;
            while ((filled = await incoming.FillAsync(buffer.AsMemory(0, BlockSize), cancellationToken)) == BlockSize)
                _writer.Write(file, buffer.AsSpan(0, filled), incoming.Length - filled, temporary);

            // The trailer is written with the last block, so a small object is one write.
            var info = new StoredObject(key, incoming.Length, contentType, incoming.Complete(), Now());
            var trailer = ObjectTrailer.Write(buffer.AsSpan(filled), info);
            _writer.Write(file, buffer.AsSpan(0, filled + trailer), info.Length - filled, temporary);
            await _writer.SyncAndCommitAsync(file, temporary, path);
            return info;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<StoredObject> FinishInPlaceAsync(
        string key, string temporary, PutOptions options, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var length = file.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var incoming = new IncomingContent(key, file, options);
            while (await incoming.FillAsync(buffer, cancellationToken) == buffer.Length)
            {
                // Reading counts and hashes the bytes.
            }

            var info = new StoredObject(key, length, options.ContentType, incoming.Complete(), Now());
            _writer.Write(file.SafeFileHandle, buffer.AsSpan(0, ObjectTrailer.Write(buffer, info)), length, temporary);
            _writer.Sync(file.SafeFileHandle, temporary);
            return info;
        }
        catch
        {
            file.SetLength(length);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private (SafeFileHandle File, StoredObject Info)? Open(string key)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(_layout.PathOf(key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            ThrowIfUnmounted();
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw _writer.Explain(exception, "read", _layout.PathOf(key));
        }

        if (ObjectTrailer.Read(key, file) is { } info)
            return (file, info);

        file.Dispose();
        return null;
    }

    /// <summary>Reflinks or copies the file of an object, then calls <paramref name="finish"/> to change its trailer.</summary>
    private StoredObject Duplicate(
        string key, string source, string path, long? maxLength, Func<SafeFileHandle, StoredObject, StoredObject> finish)
    {
        if (!File.Exists(source))
        {
            ThrowIfUnmounted();
            throw new ObjectNotFoundException(key);
        }

        // Checked before the copy fills a disk.
        if (maxLength is not null && Open(key) is var (found, info))
        {
            found.Dispose();
            ObjectTooLargeException.ThrowIfAbove(maxLength, info);
        }

        try
        {
            File.Copy(source, path);
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);

            // Read from the copy, since the source may have been replaced meanwhile.
            return finish(file, ObjectTrailer.Read(key, file) ?? throw new ObjectNotFoundException(key));
        }
        catch (Exception exception)
        {
            File.Delete(path);
            if (DiskWriter.IsDiskError(exception))
                throw _writer.Explain(exception, "copy an object to", path);

            throw;
        }
    }

    /// <summary>
    /// Throws if the root existed at the start and is missing now, which means a disk that is not mounted. Its objects are not missing, and
    /// an object stored now would be hidden by the next mount.
    /// </summary>
    private void ThrowIfUnmounted()
    {
        if (_prepared && !Directory.Exists(_layout.Temporary))
            throw new IOException(
                $"The store's folder '{_layout.Root}' is missing or empty: is its disk mounted? Storage__Disk__Root sets the folder.");
    }

    private static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static void DeleteTemporary(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (DirectoryNotFoundException)
        {
            // The temporary folder was never created.
        }
    }
}

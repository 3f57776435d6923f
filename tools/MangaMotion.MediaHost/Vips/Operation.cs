namespace MangaMotion.MediaHost.Vips;

/// <summary>One libvips operation: set its properties, run it once, take its output image.</summary>
internal readonly ref struct Operation
{
    private readonly nint _operation;

    public Operation(string name)
    {
        _operation = Native.vips_operation_new(name);
        if (_operation == 0)
            throw new VipsException(name, Native.TakeError());
        Name = name;
    }

    private string Name { get; }

    public Operation Set(string property, int value)
    {
        // GObject turns an int into the enum, the flags or the boolean that the property is.
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, GValue.Int);
        Native.g_value_set_int(ref boxed, value);
        return Set(property, ref boxed);
    }

    public Operation Set(string property, double value)
    {
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, GValue.Double);
        Native.g_value_set_double(ref boxed, value);
        return Set(property, ref boxed);
    }

    public Operation Set(string property, string value)
    {
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, GValue.String);
        Native.g_value_set_string(ref boxed, value);
        return Set(property, ref boxed);
    }

    public unsafe Operation Set(string property, double[] value)
    {
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, Native.vips_array_double_get_type());
        fixed (double* first = value)
            Native.vips_value_set_array_double(ref boxed, first, value.Length);
        return Set(property, ref boxed);
    }

    public Operation Set(string property, VipsImage image)
    {
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, Native.vips_image_get_type());
        Native.g_value_set_object(ref boxed, image.Handle);
        return Set(property, ref boxed);
    }

    /// <summary>Runs an operation that writes a file and has no output image.</summary>
    public void Run() => End(Build());

    /// <summary>Runs the operation and takes its image <c>out</c>, which lives until <paramref name="scope"/> is disposed.</summary>
    public VipsImage Run(VipsScope scope)
    {
        var built = Build();
        var boxed = default(GValue);
        Native.g_value_init(ref boxed, Native.vips_image_get_type());
        Native.g_object_get_property(built, "out", ref boxed);
        var image = scope.Own(Native.g_object_ref(Native.g_value_get_object(ref boxed)));
        Native.g_value_unset(ref boxed);
        End(built);
        return image;
    }

    private Operation Set(string property, scoped ref GValue value)
    {
        Native.g_object_set_property(_operation, property, ref value);
        Native.g_value_unset(ref value);
        return this;
    }

    private nint Build()
    {
        var built = Native.vips_cache_operation_build(_operation);
        if (built == 0)
        {
            End(_operation);
            throw new VipsException(Name, Native.TakeError());
        }

        Native.g_object_unref(_operation);
        return built;
    }

    private static void End(nint operation)
    {
        Native.vips_object_unref_outputs(operation);
        Native.g_object_unref(operation);
    }
}

/// <summary>libvips refused: the operation and the text of its error buffer.</summary>
internal sealed class VipsException(string operation, string detail) : Exception($"{operation}: {detail}");

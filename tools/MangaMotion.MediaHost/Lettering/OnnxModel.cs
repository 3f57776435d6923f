using System.Runtime.InteropServices;
using MangaMotion.Media.Hosts;
using Microsoft.ML.OnnxRuntime;

namespace MangaMotion.MediaHost.Lettering;

/// <summary>Neural network with one input and one output of 32-bit floats. It runs in this thread.</summary>
internal sealed class OnnxModel
{
    private const string Runtime = "onnxruntime";

    private static bool _loaded;

    private readonly InferenceSession _session;

    private OnnxModel(InferenceSession session) => _session = session;

    /// <summary>Loads a model from a file of a directory.</summary>
    /// <exception cref="RefusedException">The model or ONNX Runtime is missing or does not start.</exception>
    public static OnnxModel Load(string directory, string file)
    {
        var path = Path.Combine(directory, file);
        if (!File.Exists(path))
            throw Missing($"no model '{file}': run ./mangamotion setup");
        try
        {
            LoadRuntime();
            using var options = new SessionOptions
            {
                IntraOpNumThreads = 1,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                // Memory returns to the C library after each run, and NativeHeap.Trim returns it to the system.
                EnableCpuMemArena = false,
                EnableMemoryPattern = false,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            return new(new InferenceSession(path, options));
        }
        catch (Exception failure) when (failure is DllNotFoundException or TypeInitializationException or FileNotFoundException)
        {
            throw Missing($"ONNX Runtime does not start: {failure.Message}");
        }
    }

    /// <summary>Runs the model and returns its output.</summary>
    /// <param name="shape">Sizes of the input's dimensions.</param>
    public (float[] Values, long[] Shape) Run(float[] input, long[] shape)
    {
        using var options = new RunOptions();
        using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var outputs = _session.Run(options, _session.InputNames, [value], _session.OutputNames);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }

    private static void LoadRuntime()
    {
        if (_loaded)
            return;
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var library = Path.Combine(AppContext.BaseDirectory, "runtimes", $"linux-{architecture}", "native", $"lib{Runtime}.so");
        NativeLibrary.Load(library);
        _loaded = true;
    }

    private static RefusedException Missing(string detail) => new(new HostFailure(HostFailureKind.LibraryMissing, detail));
}

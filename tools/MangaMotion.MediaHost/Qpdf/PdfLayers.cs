namespace MangaMotion.MediaHost.Qpdf;

/// <summary>
/// Layers (optional content) that a PDF shows or hides by their usage, as a document does that marks layers "for print only" (ISO 32000-1,
/// 8.11.4.4). Poppler reads the lists ON and OFF of the document and not the usage, so the usage is written into these lists.
/// </summary>
internal static class PdfLayers
{
    /// <summary>Mask of the result of a function that failed; warnings are another bit.</summary>
    private const int Errors = 2;

    /// <summary><c>qpdf_s_preserve</c>: streams are copied as they are.</summary>
    private const int CopyStreams = 1;

    private static bool _loaded;

    /// <summary>
    /// Writes a copy of a PDF whose lists ON and OFF have the states that its layers have on a screen. Returns false, and writes nothing,
    /// if the PDF has no layer that its usage switches, or if it is damaged or locked.
    /// </summary>
    /// <exception cref="TypeLoadException">qpdf is not installed, or its version lacks a function.</exception>
    public static bool Apply(string input, string output)
    {
        if (!_loaded)
        {
            QpdfApi.Load();
            _loaded = true;
        }

        var pdf = QpdfApi.qpdf_init();
        try
        {
            QpdfApi.qpdf_silence_errors(pdf);
            QpdfApi.qpdf_set_suppress_warnings(pdf, 1);
            // Recovery reads the whole file. A file that needs it is drawn by the lists alone.
            QpdfApi.qpdf_set_attempt_recovery(pdf, 0);
            return (QpdfApi.qpdf_read(pdf, input, "") & Errors) == 0 && new Document(pdf).Apply() && Write(pdf, output);
        }
        finally
        {
            QpdfApi.qpdf_cleanup(ref pdf);
        }
    }

    private static bool Write(nint pdf, string output)
    {
        if ((QpdfApi.qpdf_init_write(pdf, output) & Errors) != 0)
            return false;
        QpdfApi.qpdf_set_stream_data_mode(pdf, CopyStreams);
        QpdfApi.qpdf_set_preserve_encryption(pdf, 0);
        return (QpdfApi.qpdf_write(pdf) & Errors) == 0;
    }

    private sealed class Document(nint pdf)
    {
        /// <summary>Changes the default configuration. Returns whether a layer has a state by its usage.</summary>
        public bool Apply()
        {
            var configuration = Get(QpdfApi.qpdf_get_root(pdf), "/OCProperties", "/D");
            Dictionary<int, (uint Layer, bool Hidden)> states = [];
            foreach (var application in List(Get(configuration, "/AS")))
            {
                if (!Is(Get(application, "/Event"), "/View")
                    || !List(Get(application, "/Category")).Exists(category => Is(category, "/View")))
                    continue;
                foreach (var layer in List(Get(application, "/OCGs")))
                {
                    var state = Get(layer, "/Usage", "/View", "/ViewState");
                    var hidden = Is(state, "/OFF");
                    if (hidden || Is(state, "/ON"))
                        states[QpdfApi.qpdf_oh_get_object_id(pdf, layer)] = (layer, hidden);
                }
            }

            if (states.Count == 0)
                return false;

            Replace(configuration, "/OFF", states, hidden: true);
            Replace(configuration, "/ON", states, hidden: false);
            return true;
        }

        private void Replace(uint configuration, string key, Dictionary<int, (uint Layer, bool Hidden)> states, bool hidden)
        {
            var changed = QpdfApi.qpdf_oh_new_array(pdf);
            foreach (var layer in List(Get(configuration, key)))
            {
                if (!states.ContainsKey(QpdfApi.qpdf_oh_get_object_id(pdf, layer)))
                    QpdfApi.qpdf_oh_append_item(pdf, changed, layer);
            }

            foreach (var state in states.Values.Where(state => state.Hidden == hidden))
                QpdfApi.qpdf_oh_append_item(pdf, changed, state.Layer);
            QpdfApi.qpdf_oh_replace_key(pdf, configuration, key, changed);
        }

        private uint Get(uint value, params ReadOnlySpan<string> keys)
        {
            foreach (var key in keys)
                value = QpdfApi.qpdf_oh_get_key_if_dict(pdf, value, key);
            return value;
        }

        private bool Is(uint value, string name) => QpdfApi.qpdf_oh_is_name_and_equals(pdf, value, name) != 0;

        private List<uint> List(uint value)
        {
            var count = QpdfApi.qpdf_oh_is_array(pdf, value) == 0 ? 0 : QpdfApi.qpdf_oh_get_array_n_items(pdf, value);
            List<uint> items = new(count);
            for (var i = 0; i < count; i++)
                items.Add(QpdfApi.qpdf_oh_get_array_item(pdf, value, i));
            return items;
        }
    }
}

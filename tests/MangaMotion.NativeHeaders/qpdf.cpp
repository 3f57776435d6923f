// Prints what tools/MangaMotion.MediaHost/Qpdf assumes about qpdf, as its headers have it. See read-headers.sh.
#include <qpdf/qpdf-c.h>
#include "signature.h"

int main()
{
    CONSTANT("PdfLayers.Errors", QPDF_ERRORS)
    CONSTANT("PdfLayers.CopyStreams", qpdf_s_preserve)
    FUNCTION(qpdf_init)
    FUNCTION(qpdf_cleanup)
    FUNCTION(qpdf_silence_errors)
    FUNCTION(qpdf_set_suppress_warnings)
    FUNCTION(qpdf_set_attempt_recovery)
    FUNCTION(qpdf_read)
    FUNCTION(qpdf_get_root)
    FUNCTION(qpdf_oh_get_key_if_dict)
    FUNCTION(qpdf_oh_is_name_and_equals)
    FUNCTION(qpdf_oh_is_array)
    FUNCTION(qpdf_oh_get_array_n_items)
    FUNCTION(qpdf_oh_get_array_item)
    FUNCTION(qpdf_oh_get_object_id)
    FUNCTION(qpdf_oh_new_array)
    FUNCTION(qpdf_oh_append_item)
    FUNCTION(qpdf_oh_replace_key)
    FUNCTION(qpdf_init_write)
    FUNCTION(qpdf_set_stream_data_mode)
    FUNCTION(qpdf_set_preserve_encryption)
    FUNCTION(qpdf_write)
}

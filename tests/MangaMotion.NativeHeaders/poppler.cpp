// Calls each function of poppler that tools/MangaMotion.MediaHost/Poppler imports, under the name that it has there. read-headers.sh reads
// the mangled name of the called function from the compiled code.
#include <GlobalParams.h>
#include <poppler-document.h>
#include <poppler-font.h>
#include <poppler-image.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>
#include <poppler-version.h>
#include "signature.h"
#include <new>
#include <vector>

using namespace poppler;

// The sizes of the memory that the media host provides.
static_assert(sizeof(GlobalParamsIniter) == 1 && sizeof(page_renderer) == 8 && sizeof(font_info) == 8);
static_assert(sizeof(image) <= 32 && sizeof(rectf) == 32 && sizeof(std::vector<font_info>) == 24 && sizeof(std::string) == 32);

// With PRINT the functions are declared only, so that the program needs no code of poppler.
#ifdef PRINT
#define BODY(...) ;
#else
#define BODY(...) { __VA_ARGS__; }
#endif

extern "C" {
void Start(void *self, ErrorCallback callback) BODY(new (self) GlobalParamsIniter(callback))
document *LoadDocument(const std::string &path, const std::string &owner, const std::string &user) BODY(return document::load_from_file(path, owner, user))
void DestroyDocument(document *self) BODY(self->~document())
bool IsLocked(document *self) BODY(return self->is_locked())
int CountPages(document *self) BODY(return self->pages())
page *CreatePage(document *self, int index) BODY(return self->create_page(index))
void DestroyPage(page *self) BODY(self->~page())
#if POPPLER_VERSION_MAJOR >= 25
rectf GetTrivialBox(page *self, page_box_enum box) BODY(return self->page_rect(box))
#else
rectf GetBox(page *self, page_box_enum box) BODY(return self->page_rect(box))
#endif
void CreateRenderer(void *self) BODY(new (self) page_renderer())
void DestroyRenderer(page_renderer *self) BODY(self->~page_renderer())
void SetFormat(page_renderer *self, image::format_enum format) BODY(self->set_image_format(format))
void SetHints(page_renderer *self, unsigned int hints) BODY(self->set_render_hints(hints))
image Render(page_renderer *self, page *drawn, double x_dpi, double y_dpi, int x, int y, int width, int height, rotation_enum rotation)
    BODY(return self->render_page(drawn, x_dpi, y_dpi, x, y, width, height, rotation))
void DestroyImage(image *self) BODY(self->~image())
char *GetPixels(image *self) BODY(return self->data())
int GetWidth(image *self) BODY(return self->width())
int GetHeight(image *self) BODY(return self->height())
int GetStride(image *self) BODY(return self->bytes_per_row())
font_iterator *CreateFontIterator(document *self, int index) BODY(return self->create_font_iterator(index))
std::vector<font_info> GetNextFonts(font_iterator *self) BODY(return self->next())
void DestroyFontIterator(font_iterator *self) BODY(self->~font_iterator())
bool IsEmbedded(font_info *self) BODY(return self->is_embedded())
font_info::type_enum GetFontType(font_info *self) BODY(return self->type())
void DestroyFont(font_info *self) BODY(self->~font_info())
void Free(void *memory) BODY(::operator delete(memory))
}

#ifdef PRINT
int main()
{
    CONSTANT("PdfPage.CropBox", crop_box)
    CONSTANT("PdfPage.Rgb24", image::format_rgb24)
    CONSTANT("PdfPage.Antialiasing", page_renderer::antialiasing)
    CONSTANT("PdfPage.TextAntialiasing", page_renderer::text_antialiasing)
    CONSTANT("PdfDocument.FirstLargeFontType", font_info::cid_type0)
    CONSTANT("PopplerErrors.Warning", errSyntaxWarning)
    CONSTANT("PopplerErrors.Unimplemented", errUnimplemented)
    FUNCTION(Start)
    FUNCTION(LoadDocument)
    FUNCTION(DestroyDocument)
    FUNCTION(IsLocked)
    FUNCTION(CountPages)
    FUNCTION(CreatePage)
    FUNCTION(DestroyPage)
#if POPPLER_VERSION_MAJOR >= 25
    FUNCTION(GetTrivialBox)
#else
    FUNCTION(GetBox)
#endif
    FUNCTION(CreateRenderer)
    FUNCTION(DestroyRenderer)
    FUNCTION(SetFormat)
    FUNCTION(SetHints)
    FUNCTION(Render)
    FUNCTION(DestroyImage)
    FUNCTION(GetPixels)
    FUNCTION(GetWidth)
    FUNCTION(GetHeight)
    FUNCTION(GetStride)
    FUNCTION(CreateFontIterator)
    FUNCTION(GetNextFonts)
    FUNCTION(DestroyFontIterator)
    FUNCTION(IsEmbedded)
    FUNCTION(GetFontType)
    FUNCTION(DestroyFont)
    FUNCTION(Free)
}
#endif

"""gdk-pixbuf's list of its loaders (`loaders.cache`): which library reads which kind of image.

gdk-pixbuf-query-loaders loads each of them and asks; what they answer has not changed in years and is written down here: those of gdk-pixbuf
2.42 itself, and of librsvg2-common, webp-pixbuf-loader, heif-gdk-pixbuf and libjxl-gdk-pixbuf. PNG and JPEG need no loader.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from pottle.oci.entry import Entry, File

_LOADER = re.compile(r"(usr/lib/[^/]+/gdk-pixbuf-2\.0/2\.10\.0)/loaders/libpixbufloader[-_](\w+)\.so")

_ANSWERS: Mapping[str, str] = {
    "ani": r"""
"ani" 4 "gdk-pixbuf" "Windows animated cursor" "LGPL"
"application/x-navi-animation" ""
"ani" ""
"RIFF    ACON" "    xxxx    " 100
""",
    "bmp": r"""
"bmp" 5 "gdk-pixbuf" "BMP" "LGPL"
"image/bmp" "image/x-bmp" "image/x-MS-bmp" ""
"bmp" ""
"BM" "" 100
""",
    "gif": r"""
"gif" 4 "gdk-pixbuf" "GIF" "LGPL"
"image/gif" ""
"gif" ""
"GIF8" "" 100
""",
    "heif": r"""
"heif/avif" 4 "pixbufloader-heif" "HEIF/AVIF Image" "LGPL3"
"image/heif" "image/heic" "image/avif" ""
"heif" "heic" "avif" ""
"    ftyp" "xxxx    " 100
""",
    "icns": r"""
"icns" 4 "gdk-pixbuf" "MacOS X icon" "GPL"
"image/x-icns" ""
"icns" ""
"icns" "" 100
""",
    "ico": r"""
"ico" 5 "gdk-pixbuf" "Windows icon" "LGPL"
"image/x-icon" "image/x-ico" "image/x-win-bitmap" "image/vnd.microsoft.icon" "application/ico" "image/ico" "image/icon" "text/ico" ""
"ico" "cur" ""
"  \001   " "zz znz" 100
"  \002   " "zz znz" 100
""",
    "jxl": r"""
"jxl" 5 "gdk-pixbuf" "JPEG XL image" "BSD-3"
"image/jxl" ""
"jxl" ""
"\377\n" "  " 100
"...\fJXL \r\n\207\n" "zzz         " 100
""",
    "pnm": r"""
"pnm" 4 "gdk-pixbuf" "PNM/PBM/PGM/PPM" "LGPL"
"image/x-portable-anymap" "image/x-portable-bitmap" "image/x-portable-graymap" "image/x-portable-pixmap" ""
"pnm" "pbm" "pgm" "ppm" ""
"P1" "" 100
"P2" "" 100
"P3" "" 100
"P4" "" 100
"P5" "" 100
"P6" "" 100
""",
    "qtif": r"""
"qtif" 4 "gdk-pixbuf" "QuickTime" "LGPL"
"image/x-quicktime" "image/qtif" ""
"qtif" "qif" ""
"abcdidsc" "xxxx    " 100
"abcdidat" "xxxx    " 100
""",
    "svg": r"""
"svg" 6 "gdk-pixbuf" "Scalable Vector Graphics" "LGPL"
"image/svg+xml" "image/svg" "image/svg-xml" "image/vnd.adobe.svg+xml" "text/xml-svg" "image/svg+xml-compressed" ""
"svg" "svgz" "svg.gz" ""
" <svg" "*    " 100
" <!DOCTYPE svg" "*             " 100
""",
    "tga": r"""
"tga" 4 "gdk-pixbuf" "Targa" "LGPL"
"image/x-tga" ""
"tga" "targa" ""
" \001\001" "x  " 100
" \001\t" "x  " 100
"  \002" "xz " 99
"  \003" "xz " 100
"  \n" "xz " 100
"  \v" "xz " 100
""",
    "tiff": r"""
"tiff" 5 "gdk-pixbuf" "TIFF" "LGPL"
"image/tiff" ""
"tiff" "tif" ""
"MM *" "  z " 100
"II* " "   z" 100
"II* \020   CR\002 " "   z zzz   z" 0
""",
    "webp": r"""
"webp" 5 "gdk-pixbuf" "The WebP image format" "LGPL"
"image/webp" "audio/x-riff" ""
"webp" ""
"RIFFsizeWEBP" "    xxxx    " 100
""",
    "xbm": r"""
"xbm" 4 "gdk-pixbuf" "XBM" "LGPL"
"image/x-xbitmap" ""
"xbm" ""
"#define " "" 100
"/*" "" 50
""",
    "xpm": r"""
"xpm" 4 "gdk-pixbuf" "XPM" "LGPL"
"image/x-xpixmap" ""
"xpm" ""
"/* XPM */" "" 100
""",
}
"""Name of a loader → flags and words about it, types, extensions, then what its files begin with."""


def loaders(entries: Iterable[Entry]) -> Iterator[File]:
    """The list of those loaders that are here and known."""
    found = sorted((match[1], match[0], match[2]) for entry in entries if (match := _LOADER.fullmatch(entry.path)))
    sections = [f'"/{path}"{_ANSWERS[name]}' for _, path, name in found if name in _ANSWERS]
    if sections:
        yield File(f"{found[0][0]}/loaders.cache", "\n".join([*sections, ""]).encode())

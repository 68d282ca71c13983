"""gdk-pixbuf's list of loaders: those that are here, in the words of gdk-pixbuf-query-loaders."""

from pottle.build.base.pixbuf_loaders import loaders
from pottle.oci.entry import File

BELOW = "usr/lib/aarch64-linux-gnu/gdk-pixbuf-2.0/2.10.0"


def loader(name: str) -> File:
    return File(f"{BELOW}/loaders/libpixbufloader{name}.so", b"")


def test_lists_the_loaders_that_are_here():
    (found,) = loaders([loader("_svg"), loader("-gif"), loader("-unheard-of")])
    assert found.path == f"{BELOW}/loaders.cache"
    assert found.read().decode() == (
        f'"/{BELOW}/loaders/libpixbufloader-gif.so"\n"gif" 4 "gdk-pixbuf" "GIF" "LGPL"\n"image/gif" ""\n"gif" ""\n"GIF8" "" 100\n\n'
        f'"/{BELOW}/loaders/libpixbufloader_svg.so"\n"svg" 6 "gdk-pixbuf" "Scalable Vector Graphics" "LGPL"\n'
        '"image/svg+xml" "image/svg" "image/svg-xml" "image/vnd.adobe.svg+xml" "text/xml-svg" "image/svg+xml-compressed" ""\n'
        '"svg" "svgz" "svg.gz" ""\n" <svg" "*    " 100\n" <!DOCTYPE svg" "*             " 100\n\n'
    )


def test_stays_away_without_loaders():
    assert list(loaders([File("usr/lib/x86_64-linux-gnu/libgdk_pixbuf-2.0.so.0", b"")])) == []
    assert list(loaders([loader("-unheard-of")])) == []

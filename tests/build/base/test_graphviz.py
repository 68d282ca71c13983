"""Graphviz's list of plugins is the one that `dot -c` writes."""

from tests.native.data_files import Library, build, number, pointer

from pottle.build.base.graphviz import plugins
from pottle.oci.entry import Entry, File, Symlink

LIB = "usr/lib/x86_64-linux-gnu"
LIBGVC = File(f"{LIB}/libgvc.so.6.0.0", b"\x7fELF\0\x48\xb8config6a\x48\x89")


def plugin(name: str, package: str, **apis: tuple[int, dict[str, int]]) -> tuple[Entry, ...]:
    """A library with gvplugin.h's tables, and its link."""
    objects: dict[str, object] = {
        f"gvplugin_{name}_LTX_library": [pointer("package"), pointer("apis")],
        "package": package,
    }
    objects["apis"] = [cell for api, (kind, _) in apis.items() for cell in (number(kind), pointer(api))] + [
        number(0),
        pointer(None),
    ]
    for api, (_, types) in apis.items():
        objects[api] = [
            cell
            for n, quality in enumerate(types.values())
            for cell in (number(n), pointer(f"{api}-{n}"), number(quality), pointer(None), pointer(None))
        ] + [number(0), pointer(None), number(0), pointer(None), pointer(None)]
        objects |= {f"{api}-{n}": text for n, text in enumerate(types)}
    content = build(Library(objects, (f"gvplugin_{name}_LTX_library",)))  # type: ignore[arg-type]
    path = f"{LIB}/graphviz/libgvplugin_{name}.so.6"
    return Symlink(path, f"libgvplugin_{name}.so.6.0.0"), File(f"{path}.0.0", content)


CORE = plugin("core", "core", device=(3, {"dot:dot": 1, "mp:mp": -1}), render=(0, {"dot": 1}))
CAIRO = plugin("cairo", "cairo", render=(0, {"cairo": 10}), loadimage=(4, {"png:cairo": 1, "png:lasi": 2}))


def test_lists_what_each_plugin_offers():
    (found,) = plugins([*CORE, *CAIRO, LIBGVC])
    assert found.path == f"{LIB}/graphviz/config6a"
    assert found.read().decode().replace("\t", "  ") == (
        "libgvplugin_cairo.so.6 cairo {\n"
        "  render {\n    cairo 10\n  }\n"
        "  loadimage {\n    png:cairo 1\n  }\n"
        "}\n"
        "libgvplugin_core.so.6 core {\n"
        "  device {\n    dot:dot 1\n  }\n"
        "  render {\n    dot 1\n  }\n"
        "}\n"
    )


def test_the_order_of_the_files_is_no_matter():
    assert [f.read() for f in plugins([LIBGVC, *CAIRO, *CORE])] == [f.read() for f in plugins([*CORE, *CAIRO, LIBGVC])]


def test_stays_away_without_graphviz_and_where_a_plugin_cannot_be_read():
    assert list(plugins([])) == []
    assert list(plugins([LIBGVC])) == []
    assert list(plugins(CORE)) == []
    assert list(plugins([LIBGVC, CORE[0]])) == []
    assert list(plugins([LIBGVC, CORE[0], File(CORE[1].path, b"no library")])) == []
    assert list(plugins([LIBGVC, *plugin("odd", "odd", strange=(9, {"x": 1}))])) == []
    assert (
        list(plugins([LIBGVC, Symlink(f"{LIB}/graphviz/libgvplugin_x.so.6", CORE[1].path.rpartition("/")[2]), CORE[1]]))
        == []
    )

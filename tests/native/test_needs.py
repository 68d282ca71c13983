"""What a tree needs of a system: tiers, families, providers, versions."""

import pytest
from tests.native.trees import binary, pure, tree

from pottle.native.needs import Need, System, examine, on_suite
from pottle.native.tree import Distribution, Tree

TRIXIE = on_suite("trixie", "amd64")


def asked(found: Tree, system: System = TRIXIE, **rest) -> dict[str, Need]:
    return {need.name: need for need in examine(found, system, **rest).needs}


def test_what_an_extension_module_is_linked_with_is_required():
    found = examine(tree(binary("m.abi3.so", "libodbc.so.2", "libc.so.6", of="pyodbc")), TRIXIE)

    assert found.packages == ("libodbc2",)
    libc, odbc = found.needs
    assert odbc == Need("libodbc.so.2", "linked", "package", True, ("libodbc2",), ("pyodbc",), ("m.abi3.so",))
    assert (libc.answer, libc.packages) == ("system", ("libc6",))
    assert found.missing == ()


def test_what_it_loads_through_other_libraries_too():
    found = tree(
        binary("m.abi3.so", "liba-12345678.so", of="d", rpath="$ORIGIN/d.libs"),
        binary("d.libs/liba-12345678.so", "libxcb.so.1", of="d"),
    )
    assert examine(found, TRIXIE).packages == ("libxcb1",)


def test_plugins_are_optional_and_told_apart():
    found = tree(
        binary("d/m.abi3.so", "libGL.so.1", of="d"),
        binary("d/plugins/libsql.so", "libpq.so.5", "libnobody.so.1", of="d"),
    )
    report = examine(found, TRIXIE)

    assert report.packages == ("libgl1",)
    assert report.optional == ("libpq5",)
    assert report.missing == (), "what nobody has and nobody requires"


def test_a_distribution_without_extension_modules_needs_all_of_its_own():
    assert examine(tree(binary("lgb/lib_lightgbm.so", "libgomp.so.1", of="lightgbm")), TRIXIE).packages == ("libgomp1",)


def test_unless_another_reaches_into_it():
    found = tree(
        binary("qt/QtCore.abi3.so", "libQt6Core.so.6", of="pyqt6", rpath="$ORIGIN/lib"),
        binary("qt/lib/libQt6Core.so.6", "libglib-2.0.so.0", of="pyqt6-qt6"),
        binary("qt/plugins/libqgtk3.so", "libgtk-3.so.0", of="pyqt6-qt6"),
    )
    report = examine(found, TRIXIE)

    assert report.packages == ("libglib2.0-0t64",)
    assert report.optional == ("libgtk-3-0t64",)


def test_no_member_of_a_family_that_is_bundled_is_taken_from_elsewhere():
    found = tree(binary("m.abi3.so", "libQt6Core.so.6", "libQt6Pdf.so.6", of="d"), binary("libQt6Core.so.6", of="d"))
    pdf = asked(found)["libQt6Pdf.so.6"]
    assert (pdf.answer, pdf.packages) == ("missing", ())
    assert "bundles others of the same family" in pdf.because

    alone = asked(tree(binary("m.abi3.so", "libQt6Pdf.so.6", of="d")))["libQt6Pdf.so.6"]
    assert alone.packages == ("libqt6pdf6",)


def test_of_two_implementations_one_is_enough():
    both = tree(
        binary("a.cpython-313-x86_64-linux-gnu.so", "libmpi.so.12", of="mpi4py"),
        binary("b.cpython-313-x86_64-linux-gnu.so", "libmpi.so.40", of="mpi4py"),
    )
    report = examine(both, TRIXIE)
    assert (report.packages, report.optional) == (("libopenmpi40",), ("libmpich12",))

    there = on_suite("trixie", "amd64", ("libc6", "libmpich12"))
    assert examine(both, there).packages == ()


def test_drivers_are_the_hosts_and_what_computes_on_gpus_comes_as_wheels():
    found = asked(tree(binary("m.abi3.so", "libcuda.so.1", "libcudart.so.12", "libnvidia-ml.so.1", of="torch")))

    assert {name: need.answer for name, need in found.items()} == {
        "libcuda.so.1": "host",
        "libnvidia-ml.so.1": "host",
        "libcudart.so.12": "wheel",
    }
    assert not any(need.required for need in found.values())


def test_what_nobody_has_is_missing():
    report = examine(tree(binary("m.abi3.so", "libnobody.so.1", of="d")), TRIXIE)
    assert [need.name for need in report.missing] == ["libnobody.so.1"]


def test_the_interpreters_own_library_is_the_bases():
    assert asked(tree(binary("m.abi3.so", "libpython3.13.so.1.0", of="d")))["libpython3.13.so.1.0"].answer == "system"


def test_code_for_other_machines_is_passed_over():
    report = examine(tree(binary("selenium/manager", "libnobody.so.1", of="selenium", machine=183)), TRIXIE)
    assert (report.needs, report.foreign) == ((), 1)


def test_glibc_and_libstdcxx_that_are_too_old_are_told_with_the_suites_that_would_do():
    versions = {"libc.so.6": [("GLIBC_2.38", 0)], "libstdc++.so.6": [("GLIBCXX_3.4.32", 0)]}
    found = tree(binary("m.abi3.so", "libc.so.6", "libstdc++.so.6", of="d", versions=versions))
    glibc, glibcxx = examine(found, on_suite("bookworm", "amd64")).too_old

    assert (glibc.symbol, glibc.has, glibc.of) == ("GLIBC_2.38", "GLIBC_2.36", "d")
    assert glibc.suites == ("trixie", "forky", "noble", "resolute")
    assert (glibcxx.symbol, glibcxx.has) == ("GLIBCXX_3.4.32", "GLIBCXX_3.4.30")
    assert examine(found, TRIXIE).too_old == ()


def test_plugins_that_are_never_loaded_may_want_a_newer_one():
    versions = {"libc.so.6": [("GLIBC_2.38", 0)]}
    found = tree(binary("m.abi3.so", of="d"), binary("plugins/libp.so", of="d", versions=versions))
    assert examine(found, on_suite("bookworm", "amd64")).too_old == ()


def test_a_bundled_libstdcxx_is_new_enough_for_those_who_brought_it():
    versions = {"libstdc++.so.6": [("GLIBCXX_3.4.36", 0)]}
    found = tree(
        binary("m.abi3.so", "libstdc++.so.6", of="d", versions=versions),
        binary("libstdc++.so.6", of="d", soname="libstdc++.so.6"),
    )
    assert examine(found, TRIXIE).too_old == ()


# --- what no machine code shows -------------------------------------------------------------------


def test_rows_are_believed_by_the_name():
    need = asked(tree(distributions=[pure("python-magic")]))["libmagic1t64"]
    assert (need.signal, need.required, need.because) == ("measured", True, "it loads libmagic")


def test_debian_is_believed_where_the_code_names_the_same():
    assert asked(tree(distributions=[pure("python-zbar"), pure("pyudev")])) == {}
    need = asked(tree(distributions=[pure("pyudev", "libudev")]))["libudev1"]

    assert (need.signal, need.required, need.answer) == ("debian", True, "package")
    assert need.because == "Debian's package of it depends on libudev1, and its code names libudev"


def test_a_command_that_code_names_may_be_run_and_is_not_required():
    need = asked(tree(distributions=[pure("joblib", "pgrep")]))["procps"]
    assert (need.signal, need.required) == ("debian", False)


def test_a_wheel_with_machine_code_is_answered_by_that():
    bundling = Distribution("soundfile", pure=False, words=frozenset({"libsndfile"}))
    assert asked(tree(distributions=[bundling])) == {}
    assert "libsndfile1" in asked(tree(distributions=[pure("soundfile", "libsndfile")]))


def test_what_was_built_for_the_system_brings_nothing():
    own = frozenset({"libsndfile"})
    assert "libsndfile1" in asked(tree(distributions=[Distribution("soundfile", words=own, built=True)]))


def test_what_machine_code_loads_is_required_though_it_is_only_recommended():
    own = frozenset({"libpcsclite"})
    by_python = Distribution("pyscard", words=own, built=True)
    by_machine_code = Distribution("pyscard", words=own, built=True, loaded=own)
    assert not asked(tree(distributions=[by_python]))["libpcsclite1"].required
    assert asked(tree(distributions=[by_machine_code]))["libpcsclite1"].required


def test_a_library_that_the_environment_bundles_is_not_installed_again():
    found = tree(
        binary("x/libsndfile_x86_64-1a2b3c4d.so", of="other"), distributions=[pure("soundfile", "libsndfile_x86_64")]
    )
    assert "libsndfile1" not in asked(found)


def test_rows_of_what_is_linked_leave_it_to_the_machine_code():
    assert set(asked(tree(distributions=[Distribution("pyodbc")]))) == {"libodbc2"}
    found = tree(binary("pyodbc.abi3.so", "libodbc.so.2", of="pyodbc"), distributions=[Distribution("pyodbc")])
    assert set(asked(found)) == {"libodbc.so.2"}


def test_who_asks_decides_about_programs():
    found = tree(distributions=[pure("gitpython")])
    assert "git" in asked(found)
    assert asked(found, direct={"flask"}) == {}
    assert "git" in asked(found, direct={"gitpython"})


def test_a_cheaper_way_is_told_where_something_has_to_be_installed():
    found = tree(
        binary("cv2/cv2.abi3.so", "libGL.so.1", of="opencv-python"), distributions=[Distribution("opencv-python")]
    )
    assert examine(found, TRIXIE).cheaper == (("opencv-python", "opencv-python-headless needs none of it"),)
    there = on_suite("trixie", "amd64", ("libc6", "libgl1"))
    assert examine(found, there).cheaper == ()


@pytest.mark.parametrize("suite", ["bookworm", "noble", "alpine"])
def test_the_suite_decides_what_a_package_is_called(suite: str):
    expected = {"bookworm": "libglib2.0-0", "noble": "libglib2.0-0t64", "alpine": "so:libglib-2.0.so.0"}
    found = tree(binary("m.abi3.so", "libglib-2.0.so.0", of="d"))
    assert examine(found, on_suite(suite, "amd64")).packages == (expected[suite],)

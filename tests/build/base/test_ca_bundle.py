"""The bundle of certificate authorities, made of what the package ships."""

from pottle.build.base.ca_bundle import BUNDLE, ca_bundle, is_source
from pottle.oci.entry import File, Symlink

A = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
B = b"-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n"


def source(name: str, content: bytes) -> File:
    return File(f"usr/share/ca-certificates/mozilla/{name}.crt", content)


def bundle(*entries: File) -> bytes:
    return next(e.read() for e in ca_bundle(entries) if isinstance(e, File))


def test_certificates_stand_in_the_order_of_their_names():
    assert bundle(source("b", B), source("a", A)) == A + B


def test_a_certificate_ends_with_a_line_break_whether_or_not_its_file_does():
    assert bundle(source("a", A.rstrip()), source("b", B)) == A + B


def test_names_are_ordered_by_their_bytes_as_sort_does_in_the_c_locale():
    assert bundle(source("é", B), source("z", A)) == A + B
    assert bundle(source("a", B), source("Z", A)) == A + B


def test_openssl_finds_it_without_a_variable():
    links = {e.path: e.target for e in ca_bundle([source("a", A)]) if isinstance(e, Symlink)}
    assert links == {"usr/lib/ssl/cert.pem": f"/{BUNDLE}", "usr/lib/ssl/certs": "/etc/ssl/certs"}


def test_without_the_package_there_is_nothing():
    assert list(ca_bundle([File("etc/ssl/openssl.cnf", b""), File("usr/share/ca-certificates/README", b"x")])) == []


def test_only_the_packages_own_certificates_are_summed_up():
    assert is_source("usr/share/ca-certificates/mozilla/x.crt")
    assert not is_source("usr/share/ca-certificates/mozilla/x.pem")
    assert not is_source("app/x.crt")

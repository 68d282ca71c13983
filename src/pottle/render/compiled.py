"""A compiled program in a Dockerfile: a stage that compiles and collects, and an image that stands on nothing.

What the program is linked with, the loader of that stage says (`ldd`): it runs nothing but what was compiled there.
"""

import posixpath
from collections.abc import Iterator

from pottle.errors import UsageError
from pottle.plan import nuitka, program_start
from pottle.plan.model import HEALTHY, CompileProgram
from pottle.render import instructions as write
from pottle.render import parts, system
from pottle.render.installing import Installer
from pottle.render.instructions import Command, Instruction, Shell, Stage
from pottle.render.job import Job
from pottle.render.style import SECRETS

_WORK = "/compile"
_OUT = "/program"
"""What becomes the image's root."""
_COMPILER = "/opt/nuitka"
_CODE = ("*.py", "*.pyc", "*.pyi", "*.so", "*.so.*", "*.c", "*.h", "py.typed", "RECORD", "INSTALLER", "WHEEL")
_FOUND = r"s#^\s*\(.* => \)\?\(/[^ ]*\) (0x.*#\2#p"
_OF_SYSTEM = """\
find . -maxdepth 1 -name 'lib*.so*' -exec sh -c
    '[ ! -e "/usr/lib/$(uname -m)-linux-gnu/$1" ] || rm "$1"' sh {} ';'"""
"""Debian's libraries that the compiler has copied beside the program: they have a place of their own."""
_LOADED = ("/usr/lib/*/libgcc_s.so.1", "/usr/lib/locale/C.utf8")
"""What glibc opens by itself."""
_DATA = (
    *("/etc/passwd", "/etc/group", "/etc/os-release", "/usr/lib/os-release", "/etc/debian_version"),
    *("/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo"),
)

_OF_DATA = ("base-files", "ca-certificates", "libc-bin", "libgcc-s1", "tzdata")
"""The packages of all these."""


def check(job: Job) -> None:
    """Raises `UsageError` for a style that no program can be compiled in."""
    if job.steps.program is None:
        return
    style = job.style
    flags = {"--dev": style.dev, "--manager-native": style.native, f"--{style.layout}": style.layout != "stages"}
    if wrong := next((flag for flag, given in flags.items() if given), None):
        raise UsageError(f"no program is compiled with {wrong}", hint=f"leave {wrong} or `compile` out")
    if job.base.python != f"/usr/bin/python{job.plan.python}" or not job.base.apt:
        raise UsageError(f"{job.base.image} has no CPython of its suite to compile with", hint="leave --from out")


def stages(job: Job, installer: Installer, step: CompileProgram, outputs: tuple[Instruction, ...]) -> Iterator[Stage]:
    """The stage that compiles, on the one that holds all that it compiles, and the image."""
    why = "One program of all of it, and what the loader opens for it."
    yield Stage("runtime", "compiled", (*outputs, *_made(job, installer, step)), why)
    runtime = job.plan.runtime
    instructions = (
        write.copy((f"{_OUT}/",), "/", stage="compiled"),
        write.environment(runtime.environment),
        write.workdir(runtime.working_dir),
        *parts.config(job),
    )
    yield Stage("scratch", "image", instructions, "The image: nothing else.")


def _made(job: Job, installer: Installer, step: CompileProgram) -> Iterator[Instruction]:
    needs = ("gcc", "libc6-dev", f"libpython{job.plan.python}-dev", "patchelf", *job.plan.system_packages.build)
    yield system.apt(tuple(sorted(needs)))
    yield from _compiler(job, installer, step)
    if code := program_start.plugin(step):
        why = "What every start begins with: its health, its port."
        yield write.document(code, f"{_WORK}/{program_start.PLUGIN}").because(why)
    yield from _compiled(job, step, plugin=bool(code))
    yield from _beside(job, step)
    yield _linked(job.plan.python)


def _compiler(job: Job, installer: Installer, step: CompileProgram) -> Iterator[Instruction]:
    install: tuple[str, ...] = ("uv", "pip", "install", f"--python={job.base.python}", f"--target={_COMPILER}")
    trust = (("SSL_CERT_FILE", SECRETS["ca"]),) if "ca" in job.style.secrets else ()
    mounts = (installer.mounted(), write.cache("/root/.cache/uv"), *job.secrets())
    if step.requirements:
        yield write.document("".join(f"{line}\n" for line in step.requirements), f"{_WORK}/{step.compiler}.txt")
        install += ("--require-hashes", f"--requirements={_WORK}/{step.compiler}.txt", "--no-deps")
    else:
        install += (f"{step.compiler}=={nuitka.VERSION}",)
    variables = (("UV_LINK_MODE", "copy"), ("UV_COMPILE_BYTECODE", "1"), *trust)
    yield write.run(Command(install, variables=variables), mounts=mounts)


def _compiled(job: Job, step: CompileProgram, *, plugin: bool) -> Iterator[Instruction]:
    paths = (_COMPILER, *step.path, step.into)
    options = [f"--include-{_kind(name, step)}={name}" for name in step.includes]
    options += [f"--user-plugin={_WORK}/{program_start.PLUGIN}"] if plugin else []
    words = (f"{job.environment}/bin/python", "-m", step.compiler)
    variables = (("PYTHONPATH", ":".join(paths)), ("PYTHONHASHSEED", "0"), ("SOURCE_DATE_EPOCH", str(job.plan.epoch)))
    compile_ = Command(words, (*nuitka.options(step, f"{_WORK}/out"), *options, _main(job, step)), variables)
    before = []
    if step.starts == "script":
        name = f"{job.environment}/bin/{step.name}"
        before = [Shell(f"sed '1s/.*/#/' {write.word(name)} >{_WORK}/{nuitka.NAME}.py")]
    yield write.workdir(_WORK)
    yield write.run(*before, compile_, network="none")


def _kind(name: str, step: CompileProgram) -> str:
    """What has modules is a package; of another name only the environment knows, and a module is taken for all that it imports."""
    has_modules = any(other.startswith(f"{name}.") for other in step.includes)
    return "package" if has_modules or step.starts == "module" else "module"


def _main(job: Job, step: CompileProgram) -> str:
    if step.starts == "script":
        return f"{_WORK}/{nuitka.NAME}.py"
    if step.starts == "file":
        return posixpath.join(step.into, step.name)
    if job.steps.own is not None:
        return f"{job.environment}/{job.site}/{step.name}"
    return posixpath.join(*step.path[:1] or (step.into,), step.name)


def _beside(job: Job, step: CompileProgram) -> Iterator[Instruction]:
    """Data and metadata of distributions, the project's own files but for its code, and over them what was compiled."""
    into = f"{_OUT}{step.into}"
    names = "\n    ".join(f"! -name '{pattern}'" for pattern in _CODE)
    copy = Shell(f"find . -type f\n    {names}\n    -exec cp --parents --target-directory={into} {{}} +")
    yield write.run(Command(("mkdir", "-p", into, f"{_OUT}/usr/lib", f"{_OUT}/usr/lib64", f"{_OUT}/etc"))).because(
        "Data and metadata of distributions, and the project's files without its code."
    )
    for place in (f"{job.environment}/{job.site}", step.into):
        yield write.workdir(place)
        yield write.run(copy)
    user, paths = job.steps.user, job.steps.directories.paths if job.steps.directories else ()
    program = posixpath.basename(step.program)
    yield write.workdir(f"{_WORK}/out/{nuitka.NAME}.dist")
    yield write.run(Shell(_OF_SYSTEM)).because("Libraries of the system have a place of their own.")
    yield write.workdir(_WORK)
    yield write.run(
        Command(("cp", "-R", f"out/{nuitka.NAME}.dist/.", into)),
        *([Command(("ln", "-s", program, f"{into}/{HEALTHY}"))] if step.healthy is not None else ()),
        Command(("ln", "-s", "usr/lib", f"{_OUT}/lib")),
        Command(("ln", "-s", "usr/lib64", f"{_OUT}/lib64")),
        Command(("install", "-d", "-m", "1777", f"{_OUT}/tmp")),  # noqa: S108 - a path in the image
        system.directories([f"{_OUT}{path}" for path in (user.home, *paths)], user.uid),
    )


def _linked(python: str) -> Instruction:
    """Files that the loader names, their packages' licences and status, and what every program reads of a system."""
    status = f"{_OUT}/var/lib/dpkg/status.d"
    known = (*_OF_DATA, f"libpython{python}-minimal", f"libpython{python}-stdlib", f"python{python}-minimal")
    commands: list[Command | Shell] = [
        Shell(f"find {_OUT} -type f \\( -name '*.so*' -o -perm -u=x \\) -exec ldd {{}} + >found"),
        Shell(f"sed -n '{_FOUND}' found >opened"),
        Shell(f"sed -i '\\#^{_OUT}/#d' opened"),
        Shell("sort -u -o opened opened"),
        Shell(f"xargs -a opened cp --parents --dereference --target-directory={_OUT}"),
        Command(("cp", "-R", "--parents", f"--target-directory={_OUT}"), _DATA),
        Shell(f"cp -R --parents --target-directory={_OUT} {' '.join(_LOADED)}"),
        Shell(f"printf 'hosts: files dns\\n' >{_OUT}/etc/nsswitch.conf"),
        Shell("xargs -a opened realpath >real"),
        Shell("sed 'p;s#^/usr##' real >paths"),
        Shell("{ xargs -a paths dpkg-query --search >owners 2>/dev/null || true; }"),
        Shell("cut -d: -f1 owners >packages"),
        Shell(f"printf '%s\\n' {' '.join(known)} >>packages"),
        Shell("sort -u -o packages packages"),
        Command(("mkdir", "-p", status)),
        Shell(f"xargs -a packages -I{{}} sh -c 'dpkg-query --status {{}} >{status}/{{}}'"),
        Shell("sed 's#.*#/usr/share/doc/&/copyright#' packages >licences"),
        Shell(f"xargs -a licences cp --parents --dereference --target-directory={_OUT}"),
    ]
    why = "What the loader opens, and what glibc does by itself; certificates, time zones; licences, and what scanners ask for."
    return write.run(*commands).because(why)

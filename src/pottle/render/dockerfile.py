"""The plan as a Dockerfile: what `build` executes natively, in the words of Docker.

Stages: the base with its interpreter and its user; the environment, which changes with the lock; projects of the repository beside this
one; its own wheel; the app's files; and the image, into which nothing but results is copied.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pottle import generated
from pottle.plan import libraries
from pottle.plan.model import ImagePlan, InstallProject, RunCommand
from pottle.project import version
from pottle.render import instructions as write
from pottle.render import listed
from pottle.render.bases import Base, stand
from pottle.render.context import Context, FileList, UvLock
from pottle.render.instructions import Command, Instruction, Shell, Stage
from pottle.render.steps import Steps, steps

KIND = "dockerfile"
UV = "ghcr.io/astral-sh/uv:0.13.8"
"""uv's own image, which holds the program and nothing else."""

_WHEELS = "/wheels"
_DOWNLOADED = "/downloaded"
_SOURCE = "/src"
"""Where the project lies while the image is made."""
_CACHE = "/root/.cache/uv"
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
SECRETS = {"ca": _BUNDLE, "netrc": "/root/.netrc"}
"""What a builder may be given → where it lies while it is needed."""
_COMMAND = re.compile(r"`pottle generate dockerfile([^`\n]*)`")
_ASK = "The version is in version control, which no builder gets to see: --build-arg VERSION=1.2.3"
_FROZEN = "Not --locked: only a build of the project can tell what it asks for, and its files are not here yet."
_DIRECTORY = ("install", "--directory")
_LESS_WHEEL = """\
find . -type f | while IFS= read -r file; do
    path="${{file#./}}";
    until [ -z "$path" ]; do
        if cmp -s "$file" "{site}/$path"; then rm "$file"; break; fi;
        case "$path" in */*) path="${{path#*/}}" ;; *) path= ;; esac;
    done;
done"""


@dataclass(frozen=True, slots=True)
class Style:
    """What somebody may want otherwise."""

    image: str | None = None
    """What it stands on, in place of the suite's own image."""
    secrets: tuple[str, ...] = ()
    """What the builder is given while dependencies are installed: `ca`, a bundle of certificates; `netrc`, logins."""

    @property
    def flags(self) -> str:
        """The same on a command line."""
        given = (*(("--from", self.image) if self.image else ()), *(w for s in self.secrets for w in ("--secret", s)))
        return "".join(f" {word}" for word in given)


def remembered(text: str) -> Style:
    """The style in which a file was written, by its own word; the usual one of a file that says nothing of it."""
    match = _COMMAND.search(text)
    words = match[1].split() if match else []
    given = list(zip(words[::2], words[1::2], strict=False))
    image = next((value for flag, value in given if flag == "--from"), None)
    return Style(image, tuple(value for flag, value in given if flag == "--secret" and value in SECRETS))


def render(plans: Sequence[ImagePlan], context: Context, style: Style | None = None) -> str:
    """The Dockerfile for all of `plans`, which differ in their platforms alone."""
    style = style or Style()
    base, plan = stand(libraries.of_all(plans), style.image)
    return _Dockerfile(plan, steps(plan), plans, context, style, base).text()


@dataclass(frozen=True)
class _Dockerfile:
    plan: ImagePlan
    steps: Steps
    plans: Sequence[ImagePlan]
    context: Context
    style: Style
    base: Base

    def text(self) -> str:
        head = write.comment(
            f"{self.plan.name}: the image that `pottle build` makes, by `pottle generate dockerfile{self.style.flags}`.\n"
            f"Build it with `docker build {self._arguments()}`. Yours to change. {generated.WORD}"
        )
        arguments = "\n".join(map(str, self._variables()))
        return generated.marked("\n\n".join([head + arguments, *map(str, self._stages())]) + "\n", KIND)

    def _arguments(self) -> str:
        file = f"-f {self.context.path('Dockerfile')} " if self.context.directory else ""
        own = self.steps.own
        given = "--build-arg VERSION=1.2.3 " if own is not None and own.version_tool else ""
        secrets = "".join(f"--secret id={each},src=FILE " for each in self.style.secrets)
        return f"{file}{given}{secrets}-t {self.plan.name} ."

    def _variables(self) -> Iterator[Instruction]:
        yield write.argument("BASE", self.base.image)
        yield write.argument("UV", UV)

    def _stages(self) -> Iterator[Stage]:
        yield Stage("${UV}", "uv", ())
        yield self._base()
        yield self._environment()
        if self.steps.neighbours:
            yield self._neighbours(self.steps.neighbours)
        if self.steps.own is not None:
            yield self._project(self.steps.own)
        yield self._app()
        if self.steps.commands:
            yield Stage("base", "runtime", tuple(self._runtime()), "What the program runs in.")
            yield from (self._command(step) for step in self.steps.commands)
            yield Stage("runtime", None, tuple(self._image()), "The image.")
        else:
            image = (*self._runtime(), *self._image())
            yield Stage("base", None, image, "The image: nothing but results.")

    # --- the base ---------------------------------------------------------------------------------

    def _base(self) -> Stage:
        root = [write.simple("USER", "0")] if self.plan.base_image is not None else []  # its own may be anybody
        steps = [*root, *self._packages(), *self._interpreter(), self._user()]
        return Stage("${BASE}", "base", tuple(steps), f"CPython {self.plan.python}, and who runs it.")

    def _packages(self) -> Iterator[Instruction]:
        if self.base.packages:
            named = set(self.base.packages)
            reasons = [each for each in self.plan.reasons if each.decision == "packages"]
            told = (f"{each.value}: {each.because}." for each in reasons if named.intersection(each.value.split()))
            yield _apt(self.base.packages).because("\n".join(told) or None)

    def _interpreter(self) -> Iterator[Instruction]:
        step = self.base.standalone
        if step is None:
            return
        install = ("uv", "python", "install", "--no-bin", f"--install-dir={_DOWNLOADED}", step.version)
        trust = (("SSL_CERT_FILE", _BUNDLE),) if "ca" in self.style.secrets else ()
        # Beside `cpython-3.9.25-…` uv lays a link that is named after 3.9 alone.
        place = Shell(f"mv {_DOWNLOADED}/cpython-{self.plan.python}.* {step.into}")
        mounts = (write.bind("/uv", "/usr/local/bin/uv", stage="uv"), *self._secrets())
        why = f"No suite has CPython {self.plan.python}: a relocatable one, from uv's place for them or a mirror of it."
        yield write.simple("ARG", "UV_PYTHON_INSTALL_MIRROR")
        yield write.run(Command(install, variables=trust), place, mounts=mounts).because(why)

    def _user(self) -> Instruction:
        user = self.steps.user
        add = ("useradd", "--no-log-init", "--no-create-home", "--shell=/usr/sbin/nologin")
        identity = (f"--uid={user.uid}", f"--gid={user.gid}", f"--home-dir={user.home}", user.user)
        why = "Group 0 may write to the home: platforms that pick a uid put it into that group."
        return write.run(
            Command(("groupadd", f"--gid={user.gid}", user.user)),
            Command(add, (identity,)),
            self._directories((user.home,), user.uid),
        ).because(why)

    def _directories(self, paths: Iterable[str], uid: int) -> Command:
        return Command((*_DIRECTORY, f"--owner={uid}", "--group=0", "--mode=0775", *paths))

    # --- the environment --------------------------------------------------------------------------

    def _environment(self) -> Stage:
        instructions = (
            write.copy(("/uv",), "/usr/local/bin/", stage="uv"),
            *self._build_packages(),
            write.environment(self._uv()),
            write.workdir(_SOURCE),
            self._install(),
            *self._sources(),
        )
        return Stage(
            "base", "environment", instructions, "What others have made: changes with the lock, not with the code."
        )

    def _uv(self) -> Iterator[tuple[str, str]]:
        step, wheels = self.steps.environment, self.steps.wheels
        if wheels is not None and wheels.bytecode is not None:
            yield "UV_COMPILE_BYTECODE", "1"
            yield _invalidation(wheels.bytecode)
        yield "UV_LINK_MODE", "copy"
        yield "UV_NO_INSTALLER_METADATA", "1"
        yield "UV_PROJECT_ENVIRONMENT", step.path
        yield "UV_PYTHON", step.interpreter
        yield "UV_PYTHON_DOWNLOADS", "never"
        yield "SSL_CERT_FILE", _BUNDLE

    def _build_packages(self) -> Iterator[Instruction]:
        """A compiler, and git, where something has to be built."""
        sources, own = self.steps.sources, self.steps.own
        names = set[str]()
        if sources is not None:
            names |= {"build-essential"}
            names |= {f"python{self.plan.python}-dev"} if self.base.python.startswith("/usr/bin/") else set()
            names |= {"git"} if any(source.commit for source in sources.sources) else set()
        if own is not None and own.version_tool and version.pretence(own.version_tool, own.name, "").repository:
            names.add("git")
        if names:
            yield _apt(sorted(names))

    def _install(self) -> Instruction:
        return self._from_lock(self.context.lock) if isinstance(self.context.lock, UvLock) else self._from_list()

    def _from_lock(self, lock: UvLock) -> Instruction:
        project = (f"--project={self.context.directory}",) if self.context.directory else ()
        asked = (*(f"--extra={each}" for each in lock.extras), *(f"--group={each}" for each in lock.groups))
        truth = "--frozen" if lock.asks_builds else "--locked"
        words = ("uv", "sync", *project, truth, "--no-default-groups", "--no-install-local", *self._no_build())
        mounts = (*self._mounts(), *(write.bind(path, path) for path in lock.files))
        return write.run(Command(words, asked), mounts=mounts).because(_FROZEN if lock.asks_builds else None)

    def _from_list(self) -> Instruction:
        step, wheels = self.steps.environment, self.steps.wheels
        create = Command(("uv", "venv", "--quiet", "--no-project", step.path))
        if wheels is None or not wheels.requirements:
            return write.run(create)
        lock = self.context.lock
        file = lock.files[0] if isinstance(lock, FileList) else self.context.path(listed.NAME)
        verb = ("sync",) if listed.resolved(self.plans) else ("install", "--requirements")
        if file.endswith(".toml"):
            verb = ("sync", "--preview-features=pylock")
        # Which of several indexes has a file does not matter where its hash is known.
        hashes = ("--require-hashes", "--index-strategy=unsafe-best-match") if listed.hashed(self.plans) else ()
        name = posixpath.basename(file)
        words = ("uv", "pip", *verb, name, "--python", step.path, *self._no_build())
        mounts = (*self._mounts(), write.bind(file, name))
        return write.run(create, Command(words, hashes), mounts=mounts)

    def _sources(self) -> Iterator[Instruction]:
        """What is built of repositories and archives, where no lock tells uv of them."""
        if self.context.lock is not None or self.steps.sources is None:
            return
        words = ("uv", "pip", "install", "--python", self.steps.environment.path, "--no-deps")
        yield write.run(Command(words, tuple(map(listed.source, self.steps.sources.sources))), mounts=self._mounts())

    def _no_build(self) -> tuple[str, ...]:
        return () if self.steps.sources else ("--no-build",)

    def _mounts(self) -> tuple[str, ...]:
        return (write.cache(_CACHE), *self._secrets())

    def _secrets(self) -> tuple[str, ...]:
        return tuple(write.secret(each, SECRETS[each]) for each in self.style.secrets)

    # --- wheels of the repository ------------------------------------------------------------------

    def _neighbours(self, steps: Sequence[InstallProject]) -> Stage:
        paths = [self.context.path(step.path) for step in steps]
        copies = (write.copy((path,), path) for path in paths)
        build = self._built([f"./{path}" for path in paths], "/neighbours", steps)
        return Stage("environment", "neighbours", (*copies, build), "Other projects of the repository.")

    def _project(self, step: InstallProject) -> Stage:
        place = self.context.directory or "."
        shown = self._shown(step, place)
        build = self._built([f"./{place}" if place != "." else "."], "/project", [step], shown)
        ask = (write.simple("ARG", "VERSION").because(_ASK),) if shown else ()
        return Stage("environment", "project", (write.copy((place,), place), *ask, build), "Its own wheel.")

    def _shown(self, step: InstallProject, place: str) -> Sequence[Command | Shell]:
        """What a backend that looks for its version in version control is shown instead."""
        if step.version_tool is None:
            return ()
        pretence = version.pretence(step.version_tool, step.name, "$VERSION")
        commands: list[Command | Shell] = [Shell(': "${VERSION:?is to be given by --build-arg}"')]
        if pretence.variables:
            commands.append(Shell("export " + " ".join(f'{name}="$VERSION"' for name, _ in pretence.variables)))
        if pretence.pkg_info is not None:
            lines = " ".join(f'"{line}"' for line in pretence.pkg_info.splitlines())
            commands.append(Shell(f"printf '%s\\n' {lines} >{write.word(posixpath.join(place, 'PKG-INFO'))}"))
        if pretence.repository:
            git = ("git", "-C", place)
            person = ("-c", "user.name=pottle", "-c", "user.email=pottle")
            commands += [Command((*git, "init", "--quiet")), Command((*git, "add", "--all", "--force"))]
            commands.append(Command((*git, *person, "commit", "--quiet", "--message=sources")))
        return commands

    def _built(
        self,
        paths: Sequence[str],
        prefix: str,
        steps: Sequence[InstallProject],
        before: Iterable[Command | Shell] = (),
    ) -> Instruction:
        """The wheels of the projects at `paths`, under a prefix of their own."""
        build = (Command(("uv", "build", "--wheel", f"--out-dir={_WHEELS}", path)) for path in paths)
        mode = next((step.bytecode for step in steps if step.bytecode), None)
        variable = "=".join(_invalidation(mode)) + " " if mode else ""
        flags = f"--python={self.steps.environment.path} --no-deps --prefix={prefix}"
        install = Shell(f"{variable}uv pip install {flags} {_WHEELS}/*.whl")
        return write.run(*before, *build, install, mounts=self._mounts())

    # --- the app -----------------------------------------------------------------------------------

    def _app(self) -> Stage:
        step = self.steps.app
        tidy: list[Command | Shell] = [Shell("chmod -R u=rwX,go=rX .")]
        if unwanted := (*self.context.unwanted, *step.without):
            tidy.append(
                Command(("rm", "-rf"), tuple(f"./{each}" if each.startswith("-") else each for each in unwanted))
            )
        instructions = [
            write.workdir(step.into),
            write.copy((self.context.directory or ".",), "."),
            write.run(*tidy).because("Readable for every user, and nothing that only builds."),
        ]
        if step.less_wheel:
            site = f"/project/lib/python{self.plan.python}/site-packages"
            why = "What the wheel holds, under the same path or below a source directory, is not needed twice."
            instructions.append(write.run(Shell(_LESS_WHEEL.format(site=site))).because(why))
        if step.bytecode is not None:
            words = f"{self.base.python} -m compileall -qq --invalidation-mode {step.bytecode} . || true"
            instructions.append(write.run(Shell(words)).because("What does not compile is passed over."))
        return Stage("project" if step.less_wheel else "base", "app", tuple(instructions), "The project's own files.")

    # --- the image ---------------------------------------------------------------------------------

    def _runtime(self) -> Iterator[Instruction]:
        runtime = self.plan.runtime
        yield write.environment(runtime.environment)
        yield write.workdir(runtime.working_dir)
        if (step := self.steps.directories) is not None:
            yield write.run(self._directories(step.paths, step.uid))
        into = self.steps.environment.path
        yield write.copy((into,), into, stage="environment", link=True)
        if self.steps.neighbours:
            yield write.copy(("/neighbours",), into, stage="neighbours", link=True)
        if self.steps.own is not None:
            yield write.copy(("/project",), into, stage="project", link=True)
        app = self.steps.app.into
        yield write.copy((app,), app, stage="app", link=True)

    def _command(self, step: RunCommand) -> Stage:
        command = Command(step.command, variables=step.environment)
        instruction = write.run(command, network="none")
        return Stage("runtime", step.name, (instruction,), f"What {step.name} writes.")

    def _image(self) -> Iterator[Instruction]:
        runtime = self.plan.runtime
        for step in self.steps.commands:
            yield from (write.copy((path,), path, stage=step.name, link=True) for path in step.outputs)
        if runtime.labels:
            yield write.labels(runtime.labels)
        yield from (write.simple("EXPOSE", port) for port in runtime.ports)
        if runtime.volumes:
            yield write.executed("VOLUME", runtime.volumes)
        yield write.simple("STOPSIGNAL", runtime.stop_signal)
        if (check := runtime.health_check) is not None:
            times = {name: getattr(check, name) for name in ("interval", "timeout", "start_period", "retries")}
            yield write.health_check(check.command, **times).because("Asked by the standard library: there is no curl.")
        elif self.plan.base_image is not None:
            yield write.simple("HEALTHCHECK", "NONE")
        yield write.simple("USER", runtime.user)
        if runtime.entrypoint:
            yield write.executed("ENTRYPOINT", runtime.entrypoint).because(
                "Where $PORT is another one, the program listens there; then this becomes the program."
            )
        elif (below := self.plan.base_image) is not None and below.entrypoint:
            yield write.executed("ENTRYPOINT", ()).because("The base image's own does not wrap the command.")
        yield write.executed("CMD", runtime.command)


def _apt(names: Sequence[str]) -> Instruction:
    """Debian packages, and nothing left of how they came."""
    install = ("apt-get", "install", "--yes", "--no-install-recommends")
    return write.run(
        Command(("apt-get", "update")),
        Command(install, tuple(names), variables=(("DEBIAN_FRONTEND", "noninteractive"),)),
        Shell("rm -rf /var/lib/apt/lists/*"),
    )


def _invalidation(mode: str) -> tuple[str, str]:
    """The variable by which uv takes the mode of PEP 552."""
    return "PYC_INVALIDATION_MODE", mode.upper().replace("-", "_")

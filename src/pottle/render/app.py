"""The project's own files in a Dockerfile: what of the context belongs to the app, without what its wheel holds already."""

from collections.abc import Iterator

from pottle.render import instructions as write
from pottle.render.instructions import Command, Instruction, Shell
from pottle.render.job import SOURCE, Job

_LESS_WHEEL = """\
find . -type f -exec sh -c 'for file do
    path="${{file#./}}";
    until [ -z "$path" ]; do
        if cmp -s "$file" "{site}/$path"; then rm "$file"; break; fi;
        case "$path" in */*) path="${{path#*/}}" ;; *) path= ;; esac;
    done;
done' sh {{}} +"""
_ABOUT = "Readable for every user, and nothing that only builds."
_LESS = "What the wheel holds, under the same path or below a source directory, is not needed twice."
_PASSED = "What does not compile is passed over."


def copied(job: Job) -> Iterator[Instruction]:
    """In a stage of its own, over the one with the project's wheel under a prefix."""
    yield write.workdir(job.steps.app.into)
    yield write.copy((job.context.directory or ".",), ".")
    yield write.run(*_made(job, "/project")).because(_about(job))


def taken(job: Job) -> Instruction:
    """In one command, out of the build context: nothing but the app is ever in a layer."""
    here = write.bind(job.context.directory or ".", SOURCE)
    return write.run(Command(("cp", "-R", f"{SOURCE}/.", ".")), *_made(job, job.environment), mounts=(here,)).because(
        _about(job)
    )


def _about(job: Job) -> str:
    step = job.steps.app
    told = (_ABOUT, _LESS if step.less_wheel else None, _PASSED if step.bytecode is not None else None)
    return "\n".join(filter(None, told))


def _made(job: Job, wheel: str) -> Iterator[Command | Shell]:
    """What is done with the files. `wheel` is the prefix below which the project's own wheel lies."""
    step = job.steps.app
    yield Shell("chmod -R u=rwX,go=rX .")
    if unwanted := (*job.context.unwanted, *step.without):
        yield Command(("rm", "-rf"), tuple(f"./{each}" if each.startswith("-") else each for each in unwanted))
    if step.less_wheel:
        yield Shell(_LESS_WHEEL.format(site=f"{wheel}/{job.site}"))
    if step.bytecode is not None:
        compiled = f"{job.base.python} -m compileall -qq --invalidation-mode {step.bytecode} ."
        yield Shell(f"{{ {compiled} || true; }}")

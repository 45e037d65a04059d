"""The first program of every job: sets the limits, closes the doors, becomes the job. Needs nothing of kibitz.

Started as `python -I -S launcher.py PLAN`. PLAN is a file of NUL-separated `key value` records: `limit NAME NUMBER`,
`env NAME=VALUE`, `arg VALUE`, `status FD`, and where Landlock is the means `parent PID`, `read PATH` and
`write PATH`. With bubblewrap it becomes bwrap, which does the rest. With Landlock it stays as the supervisor: every
process of the job, however detached, is its descendant, and ends with it.
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import struct
import sys
from typing import Any, NoReturn

Plan = dict[str, list[str]]
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

# include/uapi/linux/landlock.h
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
ALL_FS, IOCTL_DEV, ALL_TCP, SIGNALS, ALL_SCOPES = (1 << 15) - 1, 1 << 15, 3, 2, 3
# include/uapi/linux/prctl.h
SET_PDEATHSIG, SET_SECCOMP, CAPBSET_DROP, SET_SUBREAPER, NO_NEW_PRIVS = 1, 22, 24, 36, 38
# Machine: its AUDIT_ARCH number, then the numbers of socket, io_uring_setup (which can open sockets as well),
# and the three calls that reach the kernel's keyrings.
MACHINES = {
    "x86_64": (0xC000003E, (41, 425, 248, 249, 250)),
    "aarch64": (0xC00000B7, (198, 425, 217, 218, 219)),
    "riscv64": (0xC00000F3, (198, 425, 217, 218, 219)),
}


class CannotError(Exception):
    """Why the doors cannot be closed here, as the end of a sentence."""


def read_plan(path: str) -> Plan:
    """The records of a plan, by key."""
    plan: Plan = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - pathlib takes longer than all this
        for record in file.read().split("\0"):
            key, _, value = record.partition(" ")
            plan.setdefault(key, []).append(value)
    return plan


def set_limits(plan: Plan) -> None:
    """The kernel's limits of one process, inherited by all that follow."""
    for record in plan["limit"]:
        name, number = record.split(" ")
        which = getattr(resource, "RLIMIT_" + name)
        soft, hard = int(number), resource.getrlimit(which)[1]
        # Processor time: a second between the signal that says why and the one that cannot be refused.
        top = soft + 1 if name == "CPU" else soft
        if hard != resource.RLIM_INFINITY:
            soft, top = min(soft, hard), min(top, hard)
        resource.setrlimit(which, (soft, top))


def libc() -> Any:
    """The C library, by way of ctypes."""
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def call(function: Any, *arguments: Any) -> int:
    """What a C function answers; OSError where that is negative."""
    import ctypes

    result = int(function(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def drop_capabilities(c: Any) -> None:
    """Root's powers go as well: without them it is a user like any other."""
    if os.geteuid() == 0:
        for capability in range(64):
            try:
                call(c.prctl, CAPBSET_DROP, capability, 0, 0, 0)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                break
    call(c.capset, struct.pack("=Ii", 0x20080522, 0), bytes(24))


def restrict_files(c: Any, plan: Plan) -> int:
    """Landlock: the folders of the plan and a few devices, and nothing else. Returns the kernel's ABI."""
    try:
        abi = call(c.syscall, CREATE_RULESET, None, 0, 1)
    except OSError:
        raise CannotError("this kernel has no Landlock") from None
    if abi < 3:
        raise CannotError(f"this kernel's Landlock (ABI {abi}) does not stop files from being truncated")
    handled = ALL_FS | (IOCTL_DEV if abi >= 5 else 0)
    attributes = struct.pack("=QQQ", handled, ALL_TCP if abi >= 4 else 0, ALL_SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = call(c.syscall, CREATE_RULESET, attributes, size, 0)
    read = EXECUTE | READ_FILE | READ_DIR
    rules = [(path, read) for path in plan.get("read", [])] + [
        (path, handled) for path in plan.get("write", [])
    ]
    for path, access in rules + [(path, READ_FILE | WRITE_FILE | TRUNCATE) for path in DEVICES]:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            access &= EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE
        call(c.syscall, ADD_RULE, ruleset, 1, struct.pack("=Qi", access, handle), 0)
        os.close(handle)
    call(c.syscall, RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return abi


def refuse_sockets(c: Any) -> None:
    """Seccomp: no new socket of any family, because Landlock's rules know TCP and nothing else."""
    import ctypes

    machine = os.uname().machine
    if machine not in MACHINES:
        raise CannotError(f"there is no system call filter for {machine}")
    architecture, refused = MACHINES[machine]
    # (code, jump if true, jump if false, operand); jumps count the instructions left out.
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, 0x80000000), (0x20, 0, 0, 0)]
    program.append((0x35, len(refused) + 1, 0, 0x40000000))  # the second table of x86-64's system calls
    for index, number in enumerate(refused):
        program.append((0x15, len(refused) - index, 0, number))
    program += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050000 | errno.EACCES)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    call(c.prctl, SET_SECCOMP, 2, struct.pack("@HP", len(program), ctypes.addressof(code)), 0, 0)


def become(plan: Plan) -> NoReturn:
    """Become the job, or bwrap, with the environment of the plan alone."""
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, other programs count on them
        signal.signal(ignored, signal.SIG_DFL)
    env = dict(record.split("=", 1) for record in plan.get("env", []))
    os.execve(plan["arg"][0], plan["arg"], env)  # noqa: S606 - its purpose


def enter(c: Any, plan: Plan, status: int) -> NoReturn:
    """In the job's first process: close every door, then become the job."""
    os.set_inheritable(status, False)
    os.setsid()
    call(c.prctl, SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    set_limits(plan)
    call(c.prctl, NO_NEW_PRIVS, 1, 0, 0, 0)
    abi = restrict_files(c, plan)
    drop_capabilities(c)
    refuse_sockets(c)
    os.write(status, f'{{"abi": {abi}}}\n'.encode())
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    become(plan)


def children() -> list[int]:
    """The processes whose parent this one is; orphans of the job among them."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", errors="replace") as file:  # noqa: PTH123
                text = file.read()
        except OSError:  # it ended
            continue
        if int(text[text.rindex(")") + 2 :].split()[1]) == os.getpid():
            found.append(int(name))
    return found


def confine_signals(c: Any) -> bool:
    """Make this process unable to signal any but its descendants, where the kernel can (ABI 6): then one kill of
    all processes is the end of the job, however fast it forks. True where that holds, tried on our own parent."""
    try:
        if call(c.syscall, CREATE_RULESET, None, 0, 1) < 6:
            return False
        call(c.prctl, NO_NEW_PRIVS, 1, 0, 0, 0)
        ruleset = call(c.syscall, CREATE_RULESET, struct.pack("=QQQ", 0, 0, SIGNALS), 24, 0)
        call(c.syscall, RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)
    except OSError:
        return False
    try:
        os.kill(os.getppid(), 0)
    except PermissionError:
        return True
    return False


def end_all(confined: bool) -> None:
    """Kill until nothing is left: the children of a killed process become ours."""
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            if confined:
                try:
                    os.kill(-1, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            for pid in () if confined else children():
                try:
                    os.killpg(
                        os.getpgid(pid), signal.SIGKILL
                    )  # a whole group at once: forking does not outrun it
                except (ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def supervise(plan: Plan, status: int) -> int:
    """Run the job in a child process, wait, leave nothing behind. Returns its exit code."""
    c = libc()
    signals = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    call(c.prctl, SET_SUBREAPER, 1, 0, 0, 0)
    call(c.prctl, SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(plan["parent"][0]):  # it died before that was set
        return 143
    confined = confine_signals(c)
    job = os.fork()
    if job == 0:
        try:
            enter(c, plan, status)
        except (OSError, ValueError, CannotError) as error:
            os.write(
                status, f'{{"error": "{error.strerror if isinstance(error, OSError) else error}"}}\n'.encode()
            )
            os._exit(126)
    code = 137
    while signal.sigwait(signals) == signal.SIGCHLD:
        ended = next(iter(reap(job)), None)
        if ended is not None:
            code = ended
            break
    end_all(confined)
    return code


def reap(job: int) -> list[int]:
    """Bury every child that has ended; the job's exit code, where it is among them."""
    codes = []
    try:
        while True:
            pid, state = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            if pid == job:
                code = os.waitstatus_to_exitcode(state)
                codes.append(code if code >= 0 else 128 - code)
    except ChildProcessError:
        pass
    return codes


def main() -> int:
    """See the module's text."""
    plan = read_plan(sys.argv[1])
    status = int(plan["status"][0])
    if "parent" not in plan:
        set_limits(plan)
        become(plan)
    code = supervise(plan, status)
    os.write(status, f'{{"exit-code": {code}}}\n'.encode())
    return code


if __name__ == "__main__":
    sys.exit(main())

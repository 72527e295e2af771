# SPDX-License-Identifier: MIT
"""Tasks in gdb: `source bight-gdb.py`, then

    bight tasks LOOP      a line for each task of the loop
    bight where TASK      the backtrace of one that is suspended
    bight where LOOP all  of every one

LOOP is an expression for a bight_loop *, TASK an address that `bight tasks`
printed. The library needs its debug information. It changes nothing in the
process, so core dumps will do; one of gdb's own making (gcore) has nothing
behind the first guard page, one of the kernel's has everything.
"""

import gdb
from gdb.unwinder import Unwinder, register_unwinder

# What the switch pushes, from where `at` points: see switch_x86_64.c and
# switch_aarch64.c.
X86_64 = {"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48,
          "rip": 56}
X86_64_SIZE = 64
AARCH64 = {f"x{n}": 8 * (n - 19) for n in range(19, 30)}
AARCH64["pc"] = 88
AARCH64_SIZE = 176


def machine():
    name = gdb.selected_frame().architecture().name()
    if "x86-64" in name:
        return X86_64, X86_64_SIZE, "rsp"
    if "aarch64" in name:
        return AARCH64, AARCH64_SIZE, "sp"
    raise gdb.GdbError(f"no switch of bight's own for {name}")


def word(address):
    kind = gdb.lookup_type("unsigned long").pointer()
    return int(gdb.Value(address).cast(kind).dereference())


def loop_of(text):
    value = gdb.parse_and_eval(text)
    return value.cast(gdb.lookup_type("struct bight_loop").pointer())


def tasks_of(loop):
    """All tasks, oldest first."""
    asynchronous = loop["async"]
    if not asynchronous or not asynchronous["tasks"]:
        return
    tasks = asynchronous["tasks"].dereference()
    head = tasks["all"].address
    task_type = gdb.lookup_type("struct bight__task")
    offset = next(field.bitpos // 8 for field in task_type.fields()
                  if field.name == "link")
    link = head["next"]
    while int(link) != int(head):
        address = gdb.Value(int(link) - offset)
        yield address.cast(task_type.pointer())
        link = link["next"]


def state_of(task):
    number = int(task["state"])
    for field in gdb.lookup_type("enum bight__task_state").fields():
        if field.enumval == number:
            return field.name.replace("BIGHT__TASK_", "").lower()
    return str(number)


def symbol(address):
    found = gdb.execute(f"info symbol {address:#x}", to_string=True).strip()
    return "unknown" if found.startswith("No symbol") else found.split(" in ")[0]


def describe(task):
    name = task["name"].string() or "unnamed"
    at = int(task["waits_at"])
    print(f'task {int(task):#x} "{name}" {state_of(task)}, '
          f"waits at {symbol(at) if at else 'unknown'}, "
          f"made at {symbol(int(task['made_at']))}")


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class Detour(Unwinder):
    """While `registers` are set, the innermost frame's caller is whoever they
    belong to: so gdb goes on with a suspended task's frames."""

    def __init__(self):
        super().__init__("bight")
        self.registers = None
        self.stack_pointer = None
        self.innermost = None

    def __call__(self, pending):
        if self.registers is None:
            return None
        name = self.stack_pointer
        here = int(pending.read_register(name))
        if here != self.innermost:
            return None
        # gdb wants callers to be further out than who they called.
        outer = self.registers[name] - 16
        info = pending.create_unwind_info(
            FrameId(gdb.Value(outer).cast(pending.read_register(name).type),
                    pending.read_register("pc")))
        for register, value in self.registers.items():
            kind = pending.read_register(register).type
            info.add_saved_register(register, gdb.Value(value).cast(kind))
        return info

    def backtrace(self, at):
        saved, size, stack_pointer = machine()
        registers = {name: word(at + offset)
                     for name, offset in saved.items()}
        registers[stack_pointer] = at + size
        newest = gdb.newest_frame()
        self.stack_pointer = stack_pointer
        self.innermost = int(newest.read_register(stack_pointer))
        self.registers = registers
        gdb.invalidate_cached_frames()
        try:
            lines = gdb.execute("backtrace", to_string=True).splitlines()
        finally:
            self.registers = None
            gdb.invalidate_cached_frames()
        return [line for line in lines if not line.startswith("#0 ")]


DETOUR = Detour()
register_unwinder(None, DETOUR, replace=True)


def where(task):
    describe(task)
    if state_of(task) in ("awaiting", "parked", "ready_to"):
        print("\n".join(DETOUR.backtrace(int(task["stack"]["at"]))))


class Bight(gdb.Command):
    """Tasks of bight's loops."""

    def __init__(self):
        super().__init__("bight", gdb.COMMAND_STACK, prefix=True)


class Tasks(gdb.Command):
    """bight tasks LOOP: a line for each task."""

    def __init__(self):
        super().__init__("bight tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        count = 0
        for task in tasks_of(loop_of(argument)):
            describe(task)
            count += 1
        print(f"{count} tasks")


class Where(gdb.Command):
    """bight where TASK | bight where LOOP all: backtraces."""

    def __init__(self):
        super().__init__("bight where", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        if argument.endswith(" all"):
            for task in list(tasks_of(loop_of(argument[:-4]))):
                where(task)
            return
        value = gdb.parse_and_eval(argument)
        where(value.cast(gdb.lookup_type("struct bight__task").pointer()))


Bight()
Tasks()
Where()

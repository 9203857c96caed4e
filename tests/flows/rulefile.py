"""rulefile - NAME.rule: conversations that must, or must not, draw the finding NAME.

A case is a flow, edits to it, and what is expected (the format: README.md here)."""
import copy
import pathlib
import re
import shlex
from dataclasses import dataclass, field

import flow as flows

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = HERE.parent.parent / 'samples'


@dataclass
class Case:
    rule: str
    text: str           # the phrase that says what is tried
    fires: bool
    clean: bool         # silent, and no error or warning of any rule either
    severity: str       # of the findings that must be there; None if any will do
    on: list            # numbers of the messages that the findings must name; [] if any will do
    flow: flows.Flow
    before: flows.Flow = None                   # the flow before the edits of the case itself
    options: list = field(default_factory=list)
    passwords: list = field(default_factory=list)
    variant: str = 'plain'
    frames: list = field(default_factory=list)  # edits for variants.build()
    decides: list = field(default_factory=list) # without any of these messages the finding is not there; [] if not said
    where: str = ''


CASE = re.compile(r'(fires|silent|clean)(?: on ([\d., ]+))?(?: as (error|warning|note))?: (.+)$')
IN = re.compile(r'in ([\d.,\- ]+|all|requests|responses): (.+)$')
PLACE = re.compile(r'(after|before) ([\d.]+): (.+)$')
REPLACE = re.compile(r'replace "(.*?)" by "(.*)"$')
FRAME = re.compile(r'frame (\d+): (?:(lost)|(cut) (\d+)|(twice), "(.*?)" as "(.*)")$')


def find_base(name):
    for folder in (HERE, SAMPLES):
        path = folder / (name + '.flow')
        if path.exists():
            return flows.load(path)
    raise flows.FlowError(f'no flow is called {name}')


def numbers(text):
    out = []
    for part in text.replace(' ', '').split(','):
        a, dash, b = part.partition('-')
        out += [str(n) for n in range(int(a), int(b) + 1)] if dash else [part]
    return out


def chosen(flow, which):
    if which in ('all', 'requests', 'responses'):
        return [b for b in flow.blocks
                if which == 'all' or b.lines[0].startswith('SIP/') == (which == 'responses')]
    return [flow.block(n) for n in numbers(which)]


def is_header(line, name):
    return line.partition(':')[0].strip().lower() == name.strip().lower()


def head_end(block):
    return block.lines.index('') if '' in block.lines else len(block.lines)


def edit_block(block, op, nested):
    verb, _, rest = op.partition(' ')
    name, _, value = rest.partition(':')
    end = head_end(block)
    at = [i for i, line in enumerate(block.lines[:end]) if i > 0 and is_header(line, name)]
    m = REPLACE.match(op)
    if m:
        if not any(m[1] in line for line in block.lines):
            raise flows.FlowError(f'message {block.number} has no {m[1]!r}')
        block.lines = [line.replace(m[1], m[2]) for line in block.lines]
    elif verb == 'drop' and at:
        block.lines = [line for i, line in enumerate(block.lines) if i not in at]
    elif verb == 'set' and at:
        block.lines[at[0]] = f'{name}:{value}'
    elif verb == 'add':
        block.lines.insert(end, rest)
    elif verb == 'insert':
        block.lines.insert(1, rest)
    elif verb == 'start':
        block.lines[0] = rest
    elif op == 'body:':
        block.lines[end:] = [''] + nested
    elif op == 'no body':
        block.lines[end:] = []
    elif op == 'message:':
        block.lines = flows.spread(nested)
    elif verb == 'charset':
        block.charset = rest
    elif op in ('lost', 'verbatim'):
        block.flags.add(op)
    elif verb == '@':
        block.at = rest
    elif verb in ('drop', 'set'):
        raise flows.FlowError(f'message {block.number} has no header {name}')
    else:
        raise flows.FlowError(f'unknown edit {op!r}')


def place(flow, where, number, head, nested):
    """A new message beside number; it is called number.1, number.2 ..."""
    count = sum(b.number.startswith(number + '.') for b in flow.blocks) + 1
    at = flow.blocks.index(flow.block(number)) + (where == 'after') * count
    name = f'{number}.{count}'
    m = flows.REPEAT.match(head)
    if m:
        old = flow.block(m['number'])
        block = copy.deepcopy(old)
        block.number, block.at = name, m['at'] or '+0.500'
        block.lines, block.flags = [f'repeat {old.number}'], {'repeat'}
    else:
        block = flows.parse_head(head, name, f'{flow.name}: {head}')
        block.lines = flows.spread(nested)
    flow.blocks.insert(at, block)


def apply(case, line, nested):
    """One line of a case: an edit or a setting."""
    m = IN.match(line)
    if m:
        for block in chosen(case.flow, m[1]):
            edit_block(block, m[2], nested)
        return
    m = PLACE.match(line)
    if m:
        place(case.flow, m[1], m[2], m[3], nested)
        return
    m = FRAME.match(line)
    if m:
        case.frames.append((int(m[1]), m[2] or m[3] or m[5], [m[4]] if m[3] else [m[6], m[7]]))
        return
    m = flows.PEER.match(line)
    if m:
        case.flow.peers[m[1]] = (m[2].strip('[]'), int(m[3]), m[4])
        return
    key, _, value = line.partition(':')
    value = value.strip()
    if line.startswith('drop '):
        gone = [case.flow.block(n) for n in numbers(line[5:])]
        case.flow.blocks = [b for b in case.flow.blocks if b not in gone]
    elif key == 'base':
        case.flow = find_base(value)
        case.before = copy.deepcopy(case.flow)
    elif key == 'flow':
        case.flow = flows.parse('\n'.join(nested), case.rule)
    elif key == 'options':
        case.options += shlex.split(value)
    elif key == 'passwords':
        case.passwords.append(value)
    elif key == 'variant':
        case.variant = value
    elif key == 'decides':
        case.decides = numbers(value)
    elif key in flows.SETTINGS:
        case.flow.settings[key] = value
    else:
        raise flows.FlowError(f'unknown edit {line!r}')


def parse(text, rule):
    lines, i, out = text.split('\n'), 0, []
    common = []          # what stands before a case and holds for all that follow
    while i < len(lines):
        line, where = lines[i], f'{rule}.rule:{i + 1}'
        i += 1
        if line.strip() == '' or line.startswith('#'):
            continue
        m = CASE.match(line)
        nested, i = flows.indented(lines, i)
        if not m:
            common.append((line, nested))
            continue
        case = Case(rule, m[4], m[1] == 'fires', m[1] == 'clean', m[3],
                    numbers(m[2]) if m[2] else [], None, where=where)
        try:
            for setting in common:
                apply(case, *setting)
            case.before = copy.deepcopy(case.flow)
            j = 0
            while j < len(nested):
                step = nested[j]
                deeper, j = flows.indented(nested, j + 1)
                if step.strip() and not step.startswith('#'):
                    apply(case, step, deeper)
            if case.flow is None:
                raise flows.FlowError('no base')
        except (flows.FlowError, ValueError) as e:
            raise flows.FlowError(f'{where}: {e}') from None
        out.append(case)
    if not any(c.fires for c in out) or all(c.fires for c in out):
        raise flows.FlowError(f'{rule}.rule: needs a case that fires and a silent one')
    return out


def load(path):
    path = pathlib.Path(path)
    return parse(path.read_text(encoding='utf-8'), path.stem)

"""mutations - which one thing makes a right conversation draw a rule: from the cases of rules/*.rule.

A mutation is a case that fires, and its origin: the flow before the edits of the case, or a case of the same
file that is silent, whichever differs least. Lengths, checksums and digests are made anew, so they are no
changes; nor is what a response copies from its request, or where both conversations end."""
import copy
import difflib
from dataclasses import dataclass, replace

import rulefile

BODY = {'body', 'Content-Length', 'Content-Type', 'charset'}


@dataclass
class Mutation:
    case: rulefile.Case     # it fires
    origin: rulefile.Case   # what it came from
    changes: list           # [(number of a message, or None, what is changed in it)]

    def things(self):
        """What is changed, wherever: a Via that is another in a request and in its response is one thing."""
        return sorted({what for _, what in self.changes})

    def messages(self):
        return list(dict.fromkeys(number for number, _ in self.changes if number))

    def told(self):
        """As words: what, and in which messages."""
        where = {}
        for number, what in self.changes:
            where.setdefault(what, []).append(number)
        return '; '.join(what + (f' in {", ".join(numbers)}' if numbers[0] else '')
                         for what, numbers in where.items())


def header_lines(block):
    """The headers, each with what it is continued by."""
    out = []
    for line in block.lines[1:rulefile.head_end(block)]:
        if out and line.startswith(('{hex 20', '{hex 09')):
            out[-1] += '\n' + line
        else:
            out.append(line)
    return out


def name_of(line):
    return line.partition(':')[0].strip() or 'a line'


def changed_headers(old, new):
    """The names of the headers that differ; one that gets another name is named by the old one."""
    out = []
    match = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for verb, a, b, c, d in match.get_opcodes():
        if verb == 'equal':
            continue
        gone, come = [name_of(x) for x in old[a:b]], [name_of(x) for x in new[c:d]]
        out += gone if len(gone) == len(come) else [x for x in gone + come if gone.count(x) != come.count(x)] or gone
    return out


def changed_parts(old, new):
    ends = rulefile.head_end(old), rulefile.head_end(new)
    out = [name for name, a, b in (
        ('start line', old.lines[:1], new.lines[:1]), ('time', old.at, new.at),
        ('way', (old.src, old.dst), (new.src, new.dst)), ('charset', old.charset, new.charset),
        ('end', 'verbatim' in old.flags, 'verbatim' in new.flags),
        ('body', old.lines[ends[0] + 1:], new.lines[ends[1] + 1:])) if a != b]
    out += changed_headers(header_lines(old), header_lines(new))
    if 'body' in out:       # one thing with the headers that tell of it
        out = [x for x in out if x == 'body' or x not in BODY]
    return list(dict.fromkeys(out))


def present(flow):
    return {b.number: b for b in flow.blocks if 'lost' not in b.flags}


def differences(old, new):
    """[(number, what)] between two cases."""
    there, here = present(old.flow), present(new.flow)
    out = []
    for number, block in here.items():
        if number not in there:
            out.append((number, 'a further message'))
        else:
            out += [(number, what) for what in changed_parts(there[number], block)]
    out += [(number, 'not sent') for number in there if number not in here]
    out += [(None, f'setting {key}') for key in sorted({*old.flow.settings, *new.flow.settings} - {'errors'})
            if old.flow.settings.get(key) != new.flow.settings.get(key)]
    return out + [(None, f'frame {number} {verb}') for number, verb, args in new.frames
                  if (number, verb, args) not in old.frames]


def without(case, numbers):
    """The case whose messages of these numbers were never sent."""
    flow = copy.copy(case.flow)
    flow.blocks = [b for b in flow.blocks if b.number not in numbers]
    return replace(case, flow=flow)


def origins(case, cases):
    """Where the case may come from: looked at in the same way, and silent."""
    if case.before is not None:
        yield replace(case, flow=case.before, frames=[], text='the base', fires=False)
    for other in cases:
        if not other.fires and (other.options, other.passwords, other.variant) \
                == (case.options, case.passwords, case.variant):
            yield other


def mutations(cases):
    """The mutations of one rule's file, those that change least first."""
    out = []
    for case in cases:
        for origin in origins(case, cases) if case.fires else ():
            changes = differences(origin, case)
            gone = {number for number, what in changes if what == 'not sent'}
            if gone and len(gone) < len(changes):
                origin = without(origin, gone)
                changes = differences(origin, case)
            if changes:
                out.append(Mutation(case, origin, changes))
    return sorted(out, key=lambda m: (len(m.things()), len(m.changes)))


def broken_frames(mutation, frames):
    """The frames of the capture in which something was changed, or is expected to show. frames: {message: frame
    that completes it}"""
    out = set()
    ends = sorted(frames.values())
    for number in mutation.messages() + mutation.case.on:
        if number in frames:        # on a stream: since the message before
            before = [end for end in ends if end < frames[number]]
            out.update(range((before[-1] if before else 0) + 1, frames[number] + 1))
    for number, _, _ in mutation.case.frames:
        whole = [end for end in ends if end >= number - 1]
        out.update({number - 1, number, *whole[:1]})
    return out

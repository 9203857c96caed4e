"""bodies - the dictionary in, MANSCDP bodies out: valid ones, and ones broken in one place.

`valid()` gives each command in each of its editions, as short and as long as it may be; `broken()` breaks the
long ones, a field at a time, and says which finding must name it. Both read dissect/manscdp.xml only."""
import copy
import itertools
import pathlib
import re
import xml.etree.ElementTree as etree
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

DICTIONARY = pathlib.Path(__file__).resolve().parents[2] / 'dissect' / 'manscdp.xml'
EDITIONS = ('11', '14', '16', '22')
VERSIONS = {'11': '1.0', '14': '1.1', '16': '2.0', '22': '3.0'}       # of X-GB-Ver
YEARS = {'11': '2011', '14': '2014', '16': '2016', '22': '2022'}      # of --edition


# ---- the dictionary ----

@dataclass
class Value:
    text: str
    editions: frozenset
    weight: str = None       # of a <seen>; None: the standard's


@dataclass
class Field:
    name: str
    attribute: bool
    type: str
    low: int
    high: int
    length: int
    list: str
    pattern: str
    min: int
    max: int                 # 0: any number
    editions: frozenset
    must: frozenset
    of: frozenset            # kinds of catalog nodes; empty: all
    weight: str
    when: str                # needed where a sibling has a value: NAME=VALUE
    beside: str              # only beside these siblings
    counts: str              # how many there are of this
    before: str              # a sibling that is not earlier
    choice: str              # usually one of those with the same word
    values: list = field(default_factory=list)
    aliases: list = field(default_factory=list)      # [(name, editions)]
    children: list = field(default_factory=list)

    def __deepcopy__(self, memo):
        return self          # bodies are copied, the dictionary is not


@dataclass
class Command:
    root: str
    name: str
    answer: str
    means: str
    clause: str
    editions: frozenset
    aliases: list
    fields: list

    def walk(self):
        """(path of names, field) of each field, in order."""
        def below(path, fields):
            for f in fields:
                yield path + (f.name,), f
                yield from below(path + (f.name,), f.children)
        yield from below((), self.fields)


def number(text):
    return None if text is None else int(text)


def words(element, name, otherwise):
    text = element.get(name)
    return otherwise if text is None else frozenset(text.split()) - {'none'}


def occurs(text):
    low, _, high = (text or '1').partition('..')
    high = high or low
    return int(low), 0 if high == 'n' else int(high)


def read_field(e, groups, editions, weight):
    low, high = occurs(e.get('occurs'))
    editions = words(e, 'in', editions)
    weight = e.get('weight', weight)
    return Field(
        e.get('name'), e.tag == 'attr', e.get('type', 'string'), number(e.get('low')),
        number(e.get('high')), number(e.get('length')), e.get('list'), e.get('pattern'), low, high,
        editions, words(e, 'must', editions), words(e, 'of', frozenset()), weight, e.get('when'),
        e.get('beside'), e.get('counts'), e.get('before'), e.get('choice'),
        [Value(v.get('is'), words(v, 'in', editions), v.get('weight') if v.tag == 'seen' else None)
         for v in e if v.tag in ('value', 'seen')],
        [(a.get('name'), words(a, 'in', frozenset())) for a in e.findall('alias')],
        read_fields(e, groups, editions, weight))


def read_fields(element, groups, editions, weight):
    out = []
    for e in element:
        if e.tag in ('field', 'attr'):
            out.append(read_field(e, groups, editions, weight))
        elif e.tag == 'use':
            out += read_fields(groups[e.get('group')], groups, editions, weight)
    return out


def load(path=DICTIONARY):
    """All commands, but the one that stands in responses to SUBSCRIBE (its name is `*`)."""
    top = etree.parse(path).getroot()
    groups = {g.get('name'): g for g in top.findall('group')}
    out = []
    for c in top.findall('command'):
        editions = words(c, 'in', frozenset(EDITIONS))
        aliases = [(a.get('name'), words(a, 'in', frozenset())) for a in c.findall('alias')]
        if c.get('name') != '*':
            out.append(Command(c.get('root'), c.get('name'), c.get('answer', ''), c.get('means'),
                               c.get('clause'), editions, aliases,
                               read_fields(c, groups, editions, 'error')))
    return out


# ---- values ----

# Codes of catalog nodes, by kind, and the fields that tell where they belong: GB/T 28181-2022 Annex J.
NODES = {
    'device': '34020000001320000002',
    'system': '34020000002000000002',
    'group': '34020000002150000003',
    'organisation': '34020000002160000004',
    'region': '340200',
}
PARENTS = {'device': '34020000001110000001', 'system': '34020000002000000001',
           'group': '34020000002000000002', 'organisation': '34020000002160000005'}
ID = '34020000001320000001'

# By name, where the type alone would not do. The longest tail of the path wins.
TEXTS = {
    'PTZCmd': 'A50F018100010037',
    'CivilCode': '340200', 'IPAddress': '192.168.10.21', 'SIPServerIP': '192.168.10.2',
    'DomainName': '3402000000', 'SourceID': '34020000001360000001', 'TargetID': '34020000001370000001',
    'DeviceID2': '34020000001320000007', 'RecordLocation': '34020000001180000001',
    'SIPServerID': '34020000002000000001', 'BusinessGroupID': NODES['group'],
    'Resolution': '6', 'VideoFormat': '2', 'EncodeType': '2', 'FrameRate': '25', 'BitRateType': '1',
    'VideoBitRate': '4096', 'SSVCRatioValue': '4:3', 'SSVCRatioSupportList': '4:3/2:1',
    'MAC': '00-1A-2B-3C-4D-5E', 'GrassrootsCode': '000000', 'FunctionType': '01/03', 'Port': '5060',
    'PresetID': '1', 'UploadURL': 'http://192.168.10.2/snap', 'FileURL': 'http://192.168.10.2/fw.bin',
    'Alarm/AlarmMethod': '5', 'Alarm/Info/AlarmType': '6', 'Query/Alarm/AlarmMethod': '5',
    'Info/AlarmMethod': '5', 'Info/AlarmType': '6', 'Info/DeviceID': '34020000001320000002',
    'UpgradeResult': 'ERROR', 'TargetTrack': 'Manual', 'Point': '10,20,110,220', 'StopHour': '12',
}


def sample(pattern):
    """A text of the pattern's first branch, as short as may be."""
    out, rest = '', pattern.split('|')[0]
    while rest:
        m = re.match(r'(\\d|\\.|\[[^]]*\]|.)(\{(\d+)(,\d+)?\}|[?*+])?', rest)
        rest = rest[m.end():]
        atom = '1' if m[1] == r'\d' else m[1][1] if m[1][0] in '\\[' else m[1]
        out += atom * (int(m[3]) if m[3] else 0 if m[2] in ('?', '*') else 1)
    return out


def named(path):
    for at in range(len(path)):
        text = TEXTS.get('/'.join(path[at:]))
        if text is not None:
            return text
    return None


def value(f, path, edition):
    """A right value."""
    known = named(path)
    if known is not None:
        return known
    if f.type == 'integer':
        return str(1 if f.low is None else max(f.low, min(1, f.high or 1)))
    if f.type == 'double':
        return '1.5'
    if f.type == 'enum':
        fit = [v.text for v in f.values if v.weight is None and edition in v.editions]
        return f.list.join(fit[:2]) if f.list else fit[0]
    if f.type == 'dateTime':
        return '2026-01-05T11:00:00' if f.name.startswith('End') else '2026-01-05T10:00:00'
    if f.type == 'deviceID':
        return ID
    if f.type == 'pattern':
        return sample(f.pattern)
    return f.name.lower()[:f.length or 64]


# ---- elements ----

@dataclass
class Node:
    field: Field
    name: str
    text: str = ''
    children: list = field(default_factory=list)      # elements and attributes
    number: int = 1          # which of its name
    kind: str = None         # of a catalog node
    set: bool = False        # its text is not to be made to fit

    def elements(self):
        return [c for c in self.children if not c.field or not c.field.attribute]

    def find(self, path):
        """The first node there."""
        at = self
        for name in path:
            at = next((c for c in at.children if c.field and c.field.name == name), None)
            if at is None:
                return None
        return at

    def write(self, depth=0):
        attributes = ''.join(f' {c.name}="{escape(c.text)}"' for c in self.children
                             if c.field and c.field.attribute)
        inside = ''.join(c.write(depth + 1) for c in self.elements())
        space = '  ' * depth
        text = escape(self.text)
        if inside:
            return f'{space}<{self.name}{attributes}>{text}\n{inside}{space}</{self.name}>\n'
        return f'{space}<{self.name}{attributes}>{text}</{self.name}>\n'


def kinds_of(kind):
    """The words for it; the device is a camera."""
    return {'device', 'camera'} if kind in (None, 'device') else {kind}


class Maker:
    """Makes the bodies of one command in one edition."""

    def __init__(self, command, edition, full, chosen=None, forced=None):
        self.command, self.edition, self.full = command, edition, full
        self.chosen, self.forced = chosen, forced

    def there(self, f, siblings, kind, whole, path):
        """How often the field stands there."""
        if f is self.forced:
            return 1
        if self.edition not in f.editions:
            return 0
        if f.choice:
            return int(f.name == self.chosen or (self.chosen is None and f.min > 0))
        if f.beside and not any(self.there(s, siblings, kind, whole, path) for s in siblings
                                if s.name in f.beside.split()):
            return 0
        if f.of and not (whole and f.of & kinds_of(kind)):
            return int(whole and kind == 'device' and self.full)
        if f.name == 'Info' and path[1:2] == ('DeviceControl',) and self.full and not self.info():
            return 0
        needed = f.min if self.edition in f.must else 0
        if not self.full:
            return needed or int(self.needed_here(f, siblings))
        if kind not in (None, 'device') and f.name != 'DeviceID' and not f.of:
            return needed if f.name == 'Event' else 0
        if not whole:
            return int(f.name in ('DeviceID', 'Event'))
        if f.max == 1:
            return 1
        return max(needed, min(2, f.max or 2))

    def info(self):
        """GB/T 28181-2022 A.2.3: Info goes with PTZCmd until 2014, then with AlarmCmd."""
        return self.chosen == ('PTZCmd' if self.edition in ('11', '14') else 'AlarmCmd')

    def needed_here(self, f, siblings):
        """Is its condition true of the values that the siblings get?"""
        if not f.when:
            return False
        name, _, values = f.when.partition('=')
        for s in siblings:
            if s.name == name and s.min and self.edition in s.must:
                return value(s, (name,), self.edition) in values.split('|')
        return False

    def make_list(self, f, path):
        """[(kind, whole, event)]: the items that a list of catalog nodes has."""
        if not any(c.of for c in f.children) or f.children[0].name != 'DeviceID':
            return None
        items = [(kind, True, 'ADD') for kind in NODES]
        if any(c.name == 'Event' for c in f.children):
            items.append(('device', False, 'OFF'))
        return items

    def make(self, f, path, siblings, kind=None, whole=True, event=None):
        path = path + (f.name,)
        items = self.make_list(f, path) if self.full else None
        total = self.there(f, siblings, kind, whole, path)
        out = []
        for i in range(len(items) if items and total else total):
            node = Node(f, f.name, number=i + 1)
            node.kind, inner, node_event = items[i] if items else (None, True, None)
            if f.type in ('complex', 'open'):
                self.fill(node, path, inner, node_event)
            else:
                node.text = self.text(f, path, kind, event)
            if f.type == 'open' and not node.elements():
                node.text = 'more'
            out.append(node)
        return out

    def fill(self, node, path, whole, event):
        edition = self.edition
        if node.field is self.forced and edition not in node.field.editions:
            self.edition = max(node.field.editions)      # as where it is right
        for child in node.field.children:
            node.children += self.make(child, path, node.field.children, node.kind, whole, event)
        self.edition = edition

    def text(self, f, path, kind, event):
        if f.name == 'CmdType' and len(path) == 3:
            return self.command.name
        if kind and f.name == 'DeviceID':
            return NODES[kind]
        if kind and f.name == 'ParentID':
            return PARENTS[kind]
        if kind and f.name == 'Event':
            return event
        edition = self.edition
        if f is self.forced and edition not in f.editions:
            edition = max(f.editions)
        return value(f, path, edition)

    def body(self):
        top = Node(Field(self.command.root, False, 'complex', None, None, None, None, None, 1, 1,
                         self.command.editions, self.command.editions, frozenset(), 'error', None,
                         None, None, None, None), self.command.root)
        path = (self.command.root, self.command.name)
        for f in self.command.fields:
            top.children += self.make(f, path, self.command.fields)
        return count(top)


def listed(top):
    """How many things the first list of the body holds."""
    for node in top.elements():
        if any(c.field and c.field.attribute for c in node.children):
            return len(node.elements())
    return 0


def count(top):
    """Num, SumNum and what else counts say what is there."""
    def visit(node):
        for c in node.children:
            visit(c)
            if c.set or not c.field or c.text == '':
                continue
            if c.field.attribute and c.field.name == 'Num':
                total = len(node.elements())
            elif c.field.counts:
                at = node.find(c.field.counts.split('/')[:-1])
                name = c.field.counts.split('/')[-1]
                total = sum(x.name == name for x in at.elements()) if at else 0
            elif node is top and c.field.name == 'SumNum':
                total = listed(top)
            else:
                continue
            total = total if c.field.high is None else min(total, c.field.high)
            c.text = str(max(total, c.field.low or 0))
    visit(top)
    return top


# ---- whole bodies ----

@dataclass
class Body:
    command: Command
    edition: str
    what: str                # 'minimal', 'full', 'full PTZCmd', 'spelled PersetQuery'
    top: Node

    def text(self, sn=1):
        """With this SN, unless SN is what is broken."""
        encoding = 'GB18030' if self.edition == '22' else 'GB2312'
        top = self.top
        if top.find(('SN',)) and not top.find(('SN',)).set:
            top = copy.copy(top)
            top.children = [copy.copy(c) for c in top.children]
            for c in top.children:
                if c.field and c.field.name == 'SN':
                    c.text = str(sn)
        return f'<?xml version="1.0" encoding="{encoding}"?>\n' + top.write()

    @property
    def name(self):
        return f'{self.command.root} {self.command.name} {self.edition} {self.what}'


@dataclass
class Broken(Body):
    """A body with one thing wrong: which field, how, and what must be found."""
    field: str = ''          # 'DeviceList/Item/Status'
    rule: str = ''
    path: str = ''           # as the finding names it
    severity: str = ''

    @property
    def kind(self):
        """The way it is broken, without the value."""
        first = self.what.split()[0]
        return self.what if first == 'condition' else \
            'value edition' if self.what.startswith('value of') else first


def choices(command, edition):
    """The fields of which a body usually has one."""
    return [f.name for f in command.fields if f.choice and edition in f.editions] or [None]


def fulls(command, edition, forced=None):
    for chosen in choices(command, edition):
        what = f'full {chosen}' if chosen else 'full'
        yield Body(command, edition, what, Maker(command, edition, True, chosen, forced).body())


def spelled(body):
    """The names that this edition alone spells so."""
    for name, editions in body.command.aliases:
        if body.edition in editions:
            top = copy.deepcopy(body.top)
            top.find(('CmdType',)).text = name
            yield Body(body.command, body.edition, f'spelled {name}', top)
    for path, f in body.command.walk():
        for name, editions in f.aliases:
            if body.edition in editions and body.top.find(path):
                top = copy.deepcopy(body.top)
                top.find(path).name = name
                yield Body(body.command, body.edition, f'spelled {name}', top)


def valid(commands=None):
    for command in commands or load():
        for edition in sorted(command.editions):
            yield Body(command, edition, 'minimal', Maker(command, edition, False).body())
            for body in fulls(command, edition):
                yield body
                yield from spelled(body)


# ---- broken bodies ----

RULES = {
    'missing': {'note': 'field-absent', 'warning': 'field-absent', 'error': 'field-missing'},
    'repeated': {'note': 'field-repeated-odd', 'warning': 'field-repeated-odd',
                 'error': 'field-repeated'},
    'type': {'note': 'value-vendor', 'warning': 'value-odd', 'error': 'field-type'},
    'range': {'note': 'value-vendor', 'warning': 'value-odd', 'error': 'field-range'},
    'enum': {'note': 'value-vendor', 'warning': 'value-odd', 'error': 'field-enum'},
    'empty': {'note': 'field-empty-optional', 'warning': 'field-blank', 'error': 'field-empty'},
    'deviceid': {'note': 'deviceid-form', 'warning': 'deviceid-odd', 'error': 'deviceid-invalid'},
}
# One finding, however bad the field.
ALWAYS = {
    'length': ('field-length', 'warning'),
    'text': ('field-text', 'warning'),
    'edition': ('edition', 'error'),
    'value edition': ('value-edition', 'warning'),
    'spelling': ('field-spelling', 'note'),
    'count': ('count-mismatch', 'warning'),
    'condition': ('field-condition', 'warning'),
    'expected': ('field-expected', 'note'),
    'choice': ('command-several', 'note'),
    'command': ('command-unknown', 'warning'),
    'ptz': ('ptz-invalid', 'error'),
}
SEVERITIES = {'field-absent': 'warning', 'field-repeated-odd': 'warning'}


def verdict(kind, weight):
    if kind in ALWAYS:
        rule, severity = ALWAYS[kind]
    else:
        rule = RULES[kind][weight]
        severity = SEVERITIES.get(rule, weight)
    return 'manscdp-' + rule, severity


class Breaker:
    def __init__(self, body):
        self.body = body

    def place(self, path):
        """(parent, node) of the first node of that path, and how a finding names the node."""
        top = copy.deepcopy(self.body.top)
        at, parent, shown = top, None, '/' + top.name
        for name in path:
            parent, at = at, at.find((name,))
            shown += self.step(at)
        return top, parent, at, shown

    @staticmethod
    def step(node, number=None):
        mark = '@' if node.field.attribute else ''
        index = '' if node.field.max == 1 else f'[{number or node.number}]'
        return f'/{mark}{node.name}{index}'

    def result(self, top, path, what, shown, kind, weight):
        rule, severity = verdict(kind, weight)
        return Broken(self.body.command, self.body.edition, what, count(top), field='/'.join(path),
                      rule=rule, path=shown, severity=severity)

    def set(self, path, what, kind, weight, text):
        top, _, node, shown = self.place(path)
        node.text, node.set = text, True
        return self.result(top, path, what, shown, kind, weight)

    # Values.

    def types(self, path, f):
        if path == ('CmdType',):
            yield self.set(path, 'enum', 'command', f.weight, 'Nonsense')
        elif f.type == 'complex':
            yield self.set(path, 'text', 'text', f.weight, 'stray')
        elif f.type in ('integer', 'double', 'dateTime', 'pattern', 'hex'):
            yield self.set(path, 'pattern' if f.type == 'pattern' else 'type', 'type', f.weight, '~')
        elif f.type == 'deviceID':
            yield self.set(path, 'type', 'deviceid', f.weight, 'camera')
        elif f.type == 'enum':
            yield self.set(path, 'enum', 'enum', f.weight, 'nonsense')
        if f.name == 'PTZCmd':
            yield self.set(path, 'checksum', 'ptz', f.weight, 'A50F018100010038')
            yield self.set(path, 'length', 'ptz', f.weight, 'A50F01810001')

    def ranges(self, path, f):
        if f.type not in ('integer', 'double'):
            return
        known = {v.text for v in f.values}
        if f.low is not None:
            low = next(str(f.low - i) for i in itertools.count(1) if str(f.low - i) not in known)
            yield self.set(path, 'below', 'range', f.weight, low)
        if f.high is not None:
            high = next(str(f.high + i) for i in itertools.count(1) if str(f.high + i) not in known)
            yield self.set(path, 'above', 'range', f.weight, high)

    def seen(self, path, f):
        kind = 'enum' if f.type in ('enum', 'pattern') else 'range'
        right = {v.text for v in f.values if v.weight is None and self.body.edition in v.editions}
        for v in f.values:
            if v.weight and v.text not in right:
                yield self.set(path, f'seen {v.text}', kind, v.weight, v.text)
            elif not v.weight and self.body.edition not in v.editions \
                    and not any(x.weight and x.text == v.text for x in f.values):
                yield self.set(path, f'value of another edition {v.text}', 'value edition', f.weight,
                               v.text)

    def lengths(self, path, f):
        if f.length and f.type == 'string':
            yield self.set(path, 'length', 'length', f.weight, 'x' * (f.length + 1))

    def empties(self, path, f):
        if f.type in ('complex', 'open') or path == ('CmdType',):
            return
        weight = 'note'
        if f.min and self.body.edition in f.must and not f.of:
            weight = f.weight
            if weight == 'error' and f.type in ('string', 'dateTime'):
                weight = 'warning'
        elif f.type in ('string', 'pattern'):
            return
        yield self.set(path, 'empty', 'empty', weight, '')

    # How often.

    def missing(self, path, f):
        if not f.min or self.body.edition not in f.must:
            return
        top, parent, node, shown = self.place(path)
        if f.of and not f.of & kinds_of(parent.kind):
            return
        parent.children = [c for c in parent.children if c.field is not f]
        shown = shown[:shown.rindex('/')] + f'/{"@" * f.attribute}{f.name}'
        yield self.result(top, path, 'missing', shown, 'missing', f.weight)

    def missing_of(self, path, f):
        """What a catalog node of each kind needs."""
        if not f.of or not f.min or self.body.edition not in f.must:
            return
        for kind in sorted(f.of - {'device', 'camera'}):
            top, list_of, first, shown = self.place(path[:-1])
            item = next(i for i in list_of.children if i.kind == kind)
            item.children = [c for c in item.children if c.field is not f]
            shown = shown[:shown.rindex('/')] + self.step(item) + '/' + f.name
            yield self.result(top, path, f'missing of {kind}', shown, 'missing', f.weight)

    def repeated(self, path, f):
        if f.attribute or not f.max:
            return
        top, parent, node, shown = self.place(path)
        have = sum(c.field is f for c in parent.children)
        at = parent.children.index(node) + 1
        more = [copy.deepcopy(node) for _ in range(f.max + 1 - have)]
        parent.children[at:at] = more
        shown = shown[:shown.rindex('/')] + self.step(node, f.max + 1)
        yield self.result(top, path, 'repeated', shown, 'repeated', f.weight)

    # What belongs together.

    def counts(self, path, f):
        if f.counts:
            top, _, node, shown = self.place(path)
            node.text, node.set = str(max(0, int(node.text) - 1)), True
            yield self.result(top, path, 'count', shown, 'count', f.weight)
        elif f.attribute and f.name == 'Num':
            yield self.set(path, 'count', 'count', f.weight, '77')

    def conditions(self, path, f):
        if f.when and self.body.top.find(path):
            top, parent, node, shown = self.place(path)
            parent.children.remove(node)
            kind = 'condition' if f.weight == 'error' else 'expected'
            yield self.result(top, path, 'condition when', shown, kind, f.weight)
        if f.before:
            top, parent, node, shown = self.place(path)
            node.text = '2026-01-05T12:00:00'
            yield self.result(top, path, 'condition before', shown, 'condition', f.weight)
        if f.beside:
            top, parent, node, shown = self.place(path)
            parent.children = [c for c in parent.children
                               if not c.field or c.field.name not in f.beside.split()]
            yield self.result(top, path, 'condition beside', shown, 'condition', f.weight)

    def spellings(self, path, f):
        for name, editions in f.aliases:
            if self.body.edition not in editions:
                top, _, node, shown = self.place(path)
                node.name = name
                shown = shown[:shown.rindex('/')] + self.step(node)
                yield self.result(top, path, f'spelled {name}', shown, 'spelling', f.weight)

    ALL = (types, ranges, seen, lengths, empties, missing, missing_of, repeated, counts, conditions,
           spellings)


def broken_body(body, done):
    breaker = Breaker(body)
    for path, f in body.command.walk():
        if path in done or not body.top.find(path):
            continue
        done.add(path)
        for how in Breaker.ALL:
            yield from how(breaker, path, f)


def keep_first(node, f, seen=False):
    """Of this field's nodes the first alone."""
    for child in list(node.children):
        if child.field is f and seen:
            node.children.remove(child)
        elif child.field is f:
            seen = True
        else:
            seen = keep_first(child, f, seen)
    return seen


def wrong_edition(command):
    """Fields, and whole commands, that the edition does not have."""
    fields = {}
    for path, f in command.walk():
        fields[path] = f
        around = fields[path[:-1]].editions if len(path) > 1 else command.editions
        for edition in sorted(around - f.editions):
            chosen = f.name if f.choice else f.beside.split()[0] if f.beside and len(path) == 1 else \
                choices(command, edition)[0]
            top = Maker(command, edition, True, chosen, f).body()
            if top.find(path):
                keep_first(top, f)
                body = Body(command, edition, '', top)
                _, _, _, shown = Breaker(body).place(path)
                rule, severity = verdict('edition', f.weight)
                yield Broken(command, edition, 'edition', top, field='/'.join(path), rule=rule,
                             path=shown, severity=severity)
    for edition in sorted(set(EDITIONS) - command.editions):
        top = Maker(command, max(command.editions), False).body()
        rule, severity = verdict('edition', 'error')
        yield Broken(command, edition, 'edition', top, field='CmdType', rule=rule,
                     path=f'/{command.root}/CmdType', severity=severity)


def several(command, edition):
    """Two of the fields of which a body usually has one."""
    names = choices(command, edition)
    for other in names[1:]:
        top = Maker(command, edition, True, names[0]).body()
        more = Maker(command, edition, True, other).body().find((other,))
        at = max(i for i, c in enumerate(top.children) if c.field.choice) + 1
        top.children.insert(at, more)
        rule, severity = verdict('choice', 'note')
        yield Broken(command, edition, 'several', top, field=other, rule=rule,
                     path=f'/{command.root}/{other}', severity=severity)


def broken(commands=None):
    for command in commands or load():
        for edition in sorted(command.editions):
            done = set()
            for body in fulls(command, edition):
                yield from broken_body(body, done)
            yield from several(command, edition)
        yield from wrong_edition(command)

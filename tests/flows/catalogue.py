"""catalogue.py LIST - the dictionary against a list of all commands, as tables in Markdown; prints what differs.

Of the list (commands.md of the reference material) it reads sections 1 to 6."""
import json
import pathlib
import re
import sys

import bodies

ROOTS = ('Control', 'Query', 'Notify', 'Response')

# Words in the list's cells that are no elements of the command.
NO_ELEMENT = set('''
    OWL OWLV SOL WVP LUN S22 SUBSCRIBE NOTIFY MESSAGE SDP SVAC CBR GPS Beidou Annex Also Alias Element No State
    Time YYYY DD HH MM SS MB XX Za ID Chinese'''.split())

# (root, CmdType, word): why the dictionary does not have it, or has it elsewhere.
LEFT_OUT = {
    ('Query', 'MobilePosition', 'Info'): 'said to be in no edition',
    ('Query', 'MobilePosition', 'ExtraInfo'): 'said to be in no edition',
    ('Response', 'PresetQuery', 'Result'): 'seen, in no edition: told as unknown',
    ('Response', 'Broadcast', 'TargetID'): 'of the Notify, which this DeviceID repeats',
    ('Notify', 'Broadcast', 'DeviceID'): 'said to be in no edition',
    ('Control', 'DeviceConfig', 'Snapshot'): 'not the name of an element',
    ('Control', 'DeviceConfig', 'DeviceControl'): 'a wrong place, named as such',
    ('Query', 'SDCardStatus', 'StorageCardStatusQuery'): 'another name in code: told as unknown',
}


def sections(text):
    """{'2.1': [table rows as lists of cells]}"""
    out, name = {}, ''
    for line in text.splitlines():
        m = re.match(r'#+ (\d+(?:\.\d+)?)\b', line)
        if m:
            name = m[1]
        elif line.startswith('|') and not re.match(r'\|[-| ]+\|$', line):
            cells = re.split(r'(?<!\\)\|', line.strip().strip('|'))
            out.setdefault(name, []).append([c.replace('\\|', '|').replace('`', '').strip()
                                             for c in cells])
        elif line.strip():
            out.setdefault(name + ' text', []).append(line)
    return {k: v if k.endswith(' text') else v[1:] for k, v in out.items()}


def known_words(command):
    """Names of fields and what they can say."""
    out = {'Num', command.name, *ROOTS}
    for name, _ in command.aliases:
        out.add(name)
    for path, f in command.walk():
        out.add(f.name)
        out.update(v.text for v in f.values)
        out.update(name for name, _ in f.aliases)
    return out


def words(cell):
    return re.findall(r'\b[A-Z][A-Za-z0-9]+', cell)


def pairs(row):
    """The (root, CmdType) of a row of section 1."""
    if row[1].startswith('DeviceControl/'):
        yield row[0], 'DeviceControl'
        return
    cmdtypes = re.sub(r'\(.*?\)', '', row[1]).replace('*AlarmRecordList', 'MPAlarmRecordList, '
                                                      'ECSAlarmRecordList, TGSAlarmRecordList')
    for name in cmdtypes.split(','):
        yield row[0], name.split('/')[0].split('=')[0].strip()


class Book:
    def __init__(self, path):
        self.tables = sections(pathlib.Path(path).read_text(encoding='utf-8'))
        self.commands = {(c.root, c.name): c for c in bodies.load()}
        self.wrong, self.used, self.rows, self.words = [], set(), 0, 0

    def tell(self, where, what):
        self.wrong.append(f'{where}: {what}')

    def editions(self, where, ver, have):
        """`11+`, `22`, `11, 14` of a column against those that the dictionary has."""
        m = re.match(r'(\d\d)(\+?)', ver)
        if not m:
            return
        want = {e for e in bodies.EDITIONS if e >= m[1]} if m[2] else \
            set(re.findall(r'\b(?:11|14|16|22)\b', re.sub(r'\(.*', '', ver)))
        if not m[2] and want == {m[1]} and m[1] != '22' and 'only' not in ver:
            return           # "first in"
        if want != set(have):
            self.tell(where, f'is of {ver}, in the dictionary of {" ".join(sorted(have))}')

    def cell(self, where, cell, *commands):
        """Each word of it is something in one of the commands."""
        known = set().union(*(known_words(c) for c in commands))
        for word in words(cell):
            self.words += 1
            if word in known or word in NO_ELEMENT:
                continue
            why = [(c.root, c.name, word) for c in commands if (c.root, c.name, word) in LEFT_OUT]
            self.used.update(why)
            if not why:
                self.tell(where, f'{word} is not in the dictionary')


def overview(book):
    for row in book.tables['1']:
        for roots, name in pairs(row):
            for root in roots.split('/'):
                book.rows += 1
                if (root, name) in book.commands:
                    first = min(book.commands[root, name].editions)
                    if re.fullmatch(r'\d\d', row[2]) and first != row[2] and root == roots \
                            and '/' not in row[1]:
                        book.tell(f'{root} {name}', f'first in {row[2]}, in the dictionary in {first}')
                elif not (root, name) in book.commands and (roots == root or '/' not in roots):
                    book.tell(f'{root} {name}', 'no such command')
                elif not any((r, name) in book.commands for r in roots.split('/')):
                    book.tell(f'{roots} {name}', 'no such command')


def device_control(book):
    command = book.commands['Control', 'DeviceControl']
    at = {'/'.join(path): f for path, f in command.walk()}
    names = {name for f in at.values() for name, _ in f.aliases} | set(at)
    for element, kind, _, nesting, ver, *_ in book.tables['2.1']:
        for name in re.split(r'[,/] ?', element.lstrip('– ')):
            name = name.strip()
            book.rows += 1
            child = element.startswith('–')
            found = [p for p in names if p.split('/')[-1] == name and ('/' in p) == child]
            if not found:
                book.tell(f'DeviceControl {element}', 'no such element')
            elif not child and name in at and name not in ('Info', 'IFrameCmd'):
                book.editions(f'DeviceControl {name}', ver, at[name].editions)
        book.cell(f'DeviceControl {element}', re.sub(r'^complex|[a-z]+', ' ', kind)
                  if '{' not in kind else kind.split('{')[1].split('}')[0], command)


def config(book):
    both = [book.commands['Control', 'DeviceConfig'], book.commands['Response', 'ConfigDownload']]
    at = {path[0]: f for c in both for path, f in c.walk() if len(path) == 1}
    for element, ver, children in book.tables['2.2']:
        name = element.split('@')[0]
        book.rows += 1
        if name not in at:
            book.tell(f'DeviceConfig {name}', 'no such element')
            continue
        if name != 'BasicParam':
            book.editions(f'DeviceConfig {name}', ver, at[name].editions)
        book.cell(f'DeviceConfig {name}', children, *both)
    for line in book.tables['2.3 text'] + book.tables['2.2 text'][-1:]:
        book.cell('SVAC blocks', re.sub(r'\[.*?\]|\(.*?\)', '', line.split(': ', 1)[-1]), *both)


def by_command(book, section, root):
    for cmdtype, *cells in book.tables[section]:
        name = cmdtype.split()[0]
        if name in ('AlarmMethod', 'others') or name.isdigit():
            continue         # what goes with which method: a condition
        command = book.commands.get((root, name))
        book.rows += 1
        if command is None:
            book.tell(f'{root} {cmdtype}', 'no such command')
            continue
        extra = [book.commands['Response', 'Catalog']] if name == 'Catalog' else []
        book.cell(f'{root} {cmdtype}', cells[-1], command, *extra)
        if root != 'Notify' and min(command.editions) != cells[0]:
            book.tell(f'{root} {name}', f'first in {cells[0]}, in the dictionary in '
                      f'{min(command.editions)}')


def items(book):
    catalog = book.commands['Notify', 'Catalog']
    at = {'/'.join(p[2:]): f for p, f in catalog.walk() if p[:2] == ('DeviceList', 'Item')}
    for row in book.tables['5.1']:
        if row[0] == '#' or row[0] == 'Element':
            continue
        if len(row) == 6:    # the item itself
            _, name, _, before, now, values = row
            where = name
            there = {'22': now not in ('removed', '–'), '16': before != '–', '14': before != '–'}
            if name == 'Info':
                there = {}
        else:
            name, values, *cells = row
            names = name.split(' / ')
            for one in names:
                there = {e: cell not in ('–', 'removed', 'moved up')
                         for e, cell in zip(('14', '16', '22'), cells)}
                check_item(book, at, f'Info/{one}', there)
            continue
        if name == 'BusinessGroupID':
            there = {'22': True}     # until 2016 in both places
        check_item(book, at, where, there)


def check_item(book, at, name, there):
    book.rows += 1
    if name not in at:
        book.tell(f'Item {name}', 'no such element')
        return
    for edition, wanted in there.items():
        if (edition in at[name].editions) != wanted:
            book.tell(f'Item {name}', f'{"is" if wanted else "is not"} of {edition}')


def loose_items(book):
    """5.3 and 5.4 are sentences."""
    for section, key in (('5.3', ('Response', 'RecordInfo')), ('5.4', ('Notify', 'MobilePosition'))):
        for line in book.tables.get(f'{section} text', []):
            book.cell(section, re.sub(r'^#+ ', '', line.split('WVP tolerates')[0]), book.commands[key])


def main(path):
    book = Book(path)
    overview(book)
    device_control(book)
    config(book)
    by_command(book, '3', 'Query')
    by_command(book, '4', 'Response')
    items(book)
    loose_items(book)
    by_command(book, '6', 'Notify')
    for key in sorted(set(LEFT_OUT) - book.used):
        book.tell(' '.join(key), 'left out, yet not in the list')
    json.dump({'wrong': book.wrong, 'total': {'rows': book.rows, 'words': book.words}}, sys.stdout)


if __name__ == '__main__':
    main(*sys.argv[1:])

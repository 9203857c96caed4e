"""docs - what is written agrees with what is there: samples, examples, lists, the manual, the completion.

Examples. In the pages, each ```sh block with lines that begin "$ " is run, each block in a folder of its own
that looks as the user's (samples/, build/gbscope, gbscope in PATH, capture.pcap, passwords.txt); what follows a
command must be its output, a line "..." stands for any lines. In the manual, displays (.Bd -literal) are the
same. A ```json block below a line <!-- SAMPLE PATH --> is that part of the report on samples/SAMPLE.pcap (below
<!-- ndjson SAMPLE TYPE[...] --> a line of it); "..." in it stands for any value. docs/accept writes what is printed now."""
import ast
import json
import re
import shutil
import sys
from dataclasses import dataclass

from .base import Failure, Skip, Test, check, compare, text

COMMANDS = ['report', 'check', 'list', 'show', 'baseline', 'rules', 'fields', 'explain', 'dictionary', 'config']


def samples(suite):
    def run():
        out = suite.folder('samples')
        done = suite.command([sys.executable, suite.top / 'samples' / 'make-samples', out])
        check(done.returncode == 0, text(done.stderr))
        made = {p.name: p.read_bytes() for p in out.glob('*.pcap')}
        kept = {p.name: p.read_bytes() for p in (suite.top / 'samples').glob('*.pcap')}
        check(sorted(made) == sorted(kept), f'{sorted(made)} made, {sorted(kept)} there')
        for name, data in made.items():
            check(data == kept[name], f'{name} is not what samples/make-samples makes')
        readme = (suite.top / 'samples' / 'README.md').read_text(encoding='utf-8')
        for name in made:
            check(name in readme, f'samples/README.md says nothing about {name}')
    return Test('samples are what make-samples makes', run)


def lists(suite):
    def run():
        done = suite.command([sys.executable, suite.tests / 'lists'])
        check(done.returncode == 0, text(done.stdout))
    return Test('build lists name all files', run)


# ---- pages and the examples in them ----

class Markdown:
    """How examples stand in a page."""
    begin, end = '```', '```'

    @staticmethod
    def read(line):
        return line

    write = read


class Mdoc:
    """... and in the manual, where a backslash and what begins a line as a macro are escaped."""
    begin, end = '.Bd', '.Ed'

    @staticmethod
    def read(line):
        return re.sub(r'^\\&', '', line).replace('\\e', '\\')

    @staticmethod
    def write(line):
        return re.sub(r"^([.'])", r'\\&\1', line.replace('\\', '\\e'))


@dataclass
class Block:
    first: int      # index of its first line in the page
    lines: list
    json: tuple     # (sample, path), or None


def language(path):
    return Markdown if path.suffix == '.md' else Mdoc


def blocks_of(path):
    """Those that hold examples."""
    how, out, first, marked = language(path), [], None, None
    lines = path.read_text(encoding='utf-8').splitlines()
    for i, line in enumerate(lines):
        if first is None and line.startswith(how.begin):
            first, kind = i + 1, line[len(how.begin):].strip()
        elif first is not None and line.startswith(how.end):
            inner = [how.read(x) for x in lines[first:i]]
            wanted = how is Mdoc or kind in ('sh', 'console')
            if kind == 'json' and marked:
                out.append(Block(first, inner, marked))
            elif wanted and any(x.startswith('$ ') for x in inner):
                out.append(Block(first, inner, None))
            first = marked = None
        elif first is None and line.strip():
            m = re.fullmatch(r'<!-- (\S+|ndjson \S+) (\S+) -->', line)
            marked = (m[1], m[2]) if m else None
    return out


def commands_of(block):
    """[(index in the block, command, what follows it)]"""
    out = []
    for i, line in enumerate(block.lines):
        if line.startswith('$ '):
            out.append((i, line[2:], []))
        elif out:
            out[-1][2].append(line)
    for _, _, want in out:
        while want and not want[-1].strip():
            want.pop()
    return out


def home(suite, name):
    """A folder as a user has it."""
    place = suite.folder('docs') / name
    shutil.rmtree(place, ignore_errors=True)
    for folder in ('build', 'bin'):
        (place / folder).mkdir(parents=True)
        (place / folder / 'gbscope').symlink_to(shutil.which(suite.program) or suite.program)
    (place / 'samples').symlink_to(suite.place / 'samples')
    for sample, copy in (('wrong-password.pcap', 'capture.pcap'), ('passwords.txt', 'passwords.txt')):
        shutil.copy(suite.place / 'samples' / sample, place / copy)
    return place


def produce(suite, place, command):
    """What a command prints; stands as the user would see it."""
    line = re.sub(r'^\./bootstrap && ', '', command)
    if not re.match(r'(build/)?gbscope |cat ', line):   # nothing else is run by accident
        raise Skip('examples that install or build')
    for tool in re.findall(r'\b(jq|tshark)\b', line):
        if not shutil.which(tool):
            raise Skip('an example uses a tool that is not here')
    done = suite.command(['sh', '-c', line], cwd=place,
                         env={'PATH': f'{place}/bin:{suite.env["PATH"]}'})
    check(done.returncode in (0, 1, 3), f'{command}\n{text(done.stderr)}')
    return text(done.stdout)


def agrees(want, got):
    """Line by line; a line '...' stands for any lines."""
    pattern = ''.join('(?:.*\n)*' if line.strip() == '...' else re.escape(line) + '\n'
                      for line in want)
    return re.fullmatch(pattern, got) is not None


def part(suite, sample, path):
    """A part of a report: dialogs[0].from, findings[rule=sip-via-missing]"""
    form, _, sample = sample.rpartition(' ')
    args = ['-p', 'samples/passwords.txt', f'samples/{sample}.pcap']
    if form:
        value = {}
        for line in text(suite.call('report', '-f', form, *args, status=0).stdout).splitlines():
            record = json.loads(line)
            value.setdefault(record['type'], []).append(record)
    else:
        value = suite.report(*args)
    for name, index, key, wanted in re.findall(r'(\w+)|\[(?:(\d+)|(\w+)=([\w-]+))\]', path):
        if key:
            value = next((x for x in value if str(x[key]) == wanted), None)
            check(value is not None, f'{sample}: nothing with {key} {wanted}')
        else:
            value = value[name] if name else value[int(index)]
    return value


def wildcards(want, got):
    """What is there, with "..." where the page has it."""
    if want == '...':
        return want
    if isinstance(want, dict) and isinstance(got, dict):
        return {k: wildcards(want.get(k), v) for k, v in got.items()}
    if isinstance(want, list) and isinstance(got, list):
        return [wildcards(want[i] if i < len(want) else None, v) for i, v in enumerate(got)]
    return got


def pretty(value, room=100, indent=''):
    """JSON for a page: what fits stays on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) <= room or not value or not isinstance(value, (dict, list)):
        return short
    inner = indent + '  '
    rows = [inner + (json.dumps(k, ensure_ascii=False) + ': ' if isinstance(value, dict) else '')
            + pretty(v, room - 2 - (len(k) + 4 if isinstance(value, dict) else 0), inner)
            for k, v in (value.items() if isinstance(value, dict) else enumerate(value))]
    brackets = '{}' if isinstance(value, dict) else '[]'
    return f'{brackets[0]}\n' + ',\n'.join(rows) + f'\n{indent}{brackets[1]}'


def example(suite, path, block):
    def run():
        if block.json:
            want = json.loads('\n'.join(block.lines))
            got = wildcards(want, part(suite, *block.json))
            if want != got:
                compare(pretty(want), pretty(got), ' '.join(block.json))
            return
        place = home(suite, f'{path.name}-{block.first}')
        for _, command, want in commands_of(block):
            got = produce(suite, place, command)
            if want and not agrees(want, got):
                compare('\n'.join(want), got, command)
    return Test(f'example {path.name}:{block.first}', run)


def pages(suite):
    return [suite.top / 'README.md', suite.top / 'CHANGES.md', suite.top / 'samples' / 'README.md',
            *sorted((suite.top / 'docs').glob('*.md')), suite.top / 'man' / 'gbscope.1']


def accept(suite, path):
    """Writes into the page what is printed now; what could not be run, or has a "...", stays."""
    how, lines, said = language(path), path.read_text(encoding='utf-8').splitlines(), []
    for block in reversed(blocks_of(path)):
        new = list(block.lines)
        if block.json:
            want = json.loads('\n'.join(block.lines) or 'null')
            new = pretty(wildcards(want, part(suite, *block.json))).splitlines()
        else:
            place = home(suite, f'{path.name}-{block.first}')
            ran = []
            for at, command, want in commands_of(block):
                try:
                    ran.append((at, want, produce(suite, place, command)))
                except (Skip, Failure) as e:
                    said.append(f'{path.name}: {command}: {e}')
            for at, want, got in reversed(ran):
                if not any(x.strip() == '...' for x in want):
                    new[at + 1:at + 1 + len(want)] = got.splitlines()
                elif not agrees(want, got):
                    said.append(f'{path.name}: by hand, please: {block.lines[at]}')
        lines[block.first:block.first + len(block.lines)] = [how.write(x) for x in new]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return said


# ---- what pages name ----

def anchors(path):
    """Of the headings, as the usual renderers make them."""
    return {re.sub(r'[^\w -]', '', m[1].strip().lower()).replace(' ', '-')
            for m in re.finditer(r'^#+ (.*)$', path.read_text(encoding='utf-8'), re.M)}


def links(suite, path):
    """What a page points to is there."""
    def run():
        missing = []
        for target, anchor in re.findall(r'\]\(([^)#:\s]*)(?:#([^)]*))?\)',
                                         path.read_text(encoding='utf-8')):
            to = path.parent / target if target else path
            if not to.exists() or (anchor and anchor not in anchors(to)):
                missing.append(f'{target}#{anchor}' if anchor else target)
        check(not missing, f'points to what is not there: {missing}')
    return Test(f'links in {path.relative_to(suite.top)}', run)


def files_named(suite, path):
    """`src/run.c` in a page is a file or a folder, from the top."""
    def run():
        names = re.findall(r'`((?:src|dissect|tests|docs|samples|man|completion|\.ci)/[\w./-]*)`',
                           path.read_text(encoding='utf-8'))
        missing = sorted({n for n in names if 'NAME' not in n and not (suite.top / n).exists()})
        check(not missing, f'names what is not there: {missing}')
    return Test(f'files named in {path.relative_to(suite.top)}', run)


def modules(suite):
    """docs/architecture.md has a word for each module."""
    def run():
        page = (suite.top / 'docs' / 'architecture.md').read_text(encoding='utf-8')
        named = set(re.findall(r'`(\w+)`', page))
        there = {p.stem for folder in ('src', 'dissect') for p in (suite.top / folder).glob('*.h')}
        missing = sorted(there - named)
        check(not missing, f'docs/architecture.md does not say what these are for: {", ".join(missing)}')
    return Test('architecture names every module', run)


def members(suite):
    """docs/report.md, with the pages that it leaves a record to, has every member of the report, and every value of its
    enumerations."""
    def run():
        page = ''.join((suite.top / 'docs' / f'{name}.md').read_text(encoding='utf-8')
                       for name in ('report', 'devices', 'exchanges', 'sessions', 'subscriptions'))
        schema = json.loads((suite.top / 'docs' / 'report.schema.json').read_text(encoding='utf-8'))
        named, names = set(re.findall(r'`([\w-]+)`', page)), set()

        def walk(node):
            if isinstance(node, dict):
                names.update(node.get('properties', {}))
                names.update(x for x in node.get('enum', []) if isinstance(x, str))
                for value in node.values():
                    walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)

        walk(schema)
        check(not names - named, f'docs/report.md does not have {sorted(names - named)}')
    return Test('report.md has every member', run)


def rules_page(suite):
    def run():
        out = suite.folder('docs') / 'rules.md'
        done = suite.command([sys.executable, suite.top / 'docs' / 'make-rules', '--to', out],
                             env={'GBSCOPE': suite.program})
        check(done.returncode == 0, text(done.stderr))
        compare((suite.top / 'docs' / 'rules.md').read_text(encoding='utf-8'),
                out.read_text(encoding='utf-8'), 'docs/rules.md (docs/make-rules writes it)')
    return Test('rules.md is what make-rules makes', run)


# ---- the manual ----

def shown_options(suite):
    """{command: [(letter, name, argument)]}, as --help shows them."""
    out = {}
    for command in COMMANDS:
        done = suite.call(command, '--help', status=0)
        out[command] = re.findall(r'^  (?:-(\w), |    )--([a-z-]+)(?: ([A-Z]+))?', text(done.stdout),
                                  re.M)
        check(out[command], f'{command} --help shows no options')
    return out


def options(suite):
    """The manual has each option that --help names, with its letter, and no other; and each command."""
    def run():
        first = text(suite.call('--help', status=0).stdout)
        check(re.findall(r'^  ([a-z]+) ', first, re.M) == COMMANDS, 'other commands in --help')
        shown = {(letter, name) for rows in shown_options(suite).values() for letter, name, _ in rows}
        page = (suite.top / 'man' / 'gbscope.1').read_text(encoding='utf-8')
        named = {(m[1] or '', m[2])
                 for m in re.finditer(r'^\.It (?:Fl (\w) , )?Fl -([a-z-]+)', page, re.M)}
        check(shown == named, f'only in --help: {sorted(shown - named)}; '
              f'only in the manual: {sorted(named - shown)}')
        for command in COMMANDS:
            check(f'.It Cm {command}\n' in page, f'the manual says nothing about {command}')
    return Test('manual and --help name the same options', run)


def mandoc(suite):
    def run():
        if not shutil.which('mandoc'):
            raise Skip('no mandoc')
        done = suite.command(['mandoc', '-T', 'lint', '-W', 'warning',
                              suite.top / 'man' / 'gbscope.1'])
        if done.returncode != 0:
            raise Failure(text(done.stdout))
    return Test('manual is proper mdoc', run)


# ---- the completion ----

def completion(suite):
    def run():
        out = suite.folder('completion')
        done = suite.command([sys.executable, suite.top / 'completion' / 'make', '--to', out],
                             env={'GBSCOPE': suite.program})
        check(done.returncode == 0, text(done.stderr))
        for path in sorted(out.iterdir()):
            compare((suite.top / 'completion' / path.name).read_text(encoding='utf-8'),
                    path.read_text(encoding='utf-8'),
                    f'completion/{path.name} (completion/make writes it)')
    return Test('completion is what completion/make makes', run)


ASK_BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_gbscope
printf '%s\\n' "${COMPREPLY[@]}"
"""


def ask_bash(suite, place, *words):
    done = suite.command(['bash', '--norc', '-c', ASK_BASH, 'bash',
                          suite.top / 'completion' / 'gbscope.bash', *words], cwd=place,
                         env={'PATH': f'{place}/bin:{suite.env["PATH"]}'})
    check(done.returncode == 0 and not done.stderr, text(done.stderr))
    return text(done.stdout).split()


def ask_fish(suite, place, *words):
    file = suite.top / 'completion' / 'gbscope.fish'
    done = suite.command(['fish', '-N', '-c', f"source '{file}'; complete -C '{' '.join(words)}'"],
                         cwd=place, env={'PATH': f'{place}/bin:{suite.env["PATH"]}', 'HOME': str(place)})
    check(done.returncode == 0, text(done.stderr))
    return [line.split('\t')[0] for line in text(done.stdout).splitlines()]


def completes(suite, shell, ask):
    """The shell itself offers what --help shows."""
    def run():
        if not shutil.which(shell):
            raise Skip(f'no {shell}')
        place = home(suite, f'completion-{shell}')
        got = ask(suite, place, 'gbscope', '')
        check(set(COMMANDS) <= set(got), f'commands: {got}')
        for command, rows in shown_options(suite).items():
            want = {f'--{name}' for _, name, _ in rows}
            got = {x for x in ask(suite, place, 'gbscope', command, '--') if x.startswith('--')}
            check(want == got, f'{command}: {sorted(want ^ got)}')
        got = ask(suite, place, 'gbscope', 'check', '--fail-on', '')
        check(sorted(got) == ['error', 'note', 'warning'], f'--fail-on: {got}')
        for command, more in (('report', ['ndjson']), ('rules', [])):
            got = ask(suite, place, 'gbscope', command, '--format', '')
            check(sorted(got) == sorted(['json', 'text', *more]), f'{command} --format: {got}')
        for words, want in ((('list', 'dev'), 'devices'), (('list', 'noti'), 'notices'), (('show', 'dev'), 'device')):
            got = ask(suite, place, 'gbscope', *words)
            check(got == [want], f'{words}: {got}')
        got = ask(suite, place, 'gbscope', 'explain', 'auth-response-m')
        check(got == ['auth-response-mismatch'], f'explain: {got}')
        for command in ('explain', 'fields'):
            got = ask(suite, place, 'gbscope', command, 'manscdp.Catalog.Su')
            check(got == ['manscdp.Catalog.SumNum'], f'{command}: {got}')
    return Test(f'completion in {shell}', run)


def zsh(suite):
    def run():
        if not shutil.which('zsh'):
            raise Skip('no zsh')
        done = suite.command(['zsh', '-n', suite.top / 'completion' / '_gbscope'])
        check(done.returncode == 0, text(done.stderr))
    return Test('completion is proper zsh', run)


def scripts(suite):
    """What writes pages is at least Python."""
    def run():
        for name in ('docs/make-rules', 'docs/make-field-rules', 'docs/make-peers', 'docs/accept', 'completion/make',
                     'docs/make-coverage', 'docs/make-quirks', 'docs/make-real-stacks', 'tests/tools/mutate', 'samples/make-samples'):
            ast.parse((suite.top / name).read_text(encoding='utf-8'), name)
    return Test('scripts of the docs are Python', run)


def tests(suite):
    out = [samples(suite), lists(suite), options(suite), mandoc(suite), modules(suite), members(suite),
           rules_page(suite), completion(suite), completes(suite, 'bash', ask_bash),
           completes(suite, 'fish', ask_fish), zsh(suite), scripts(suite)]
    for path in pages(suite):
        if not path.exists():
            continue
        if path.suffix == '.md':
            out += [links(suite, path), files_named(suite, path)]
        out += [example(suite, path, block) for block in blocks_of(path)]
    return out

"""flow - a conversation as text in, messages as bytes out (the language: README.md here)."""
import functools
import hashlib
import ipaddress
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone


class FlowError(Exception):
    """What is wrong with a flow, and in which line."""


@dataclass
class Block:
    """One message as written: its lines still hold `auto` and macros."""
    number: str
    src: str
    dst: str
    at: str
    lines: list
    flags: set = field(default_factory=set)
    answers: str = None
    charset: str = None
    where: str = ''


@dataclass
class Message:
    """One message as sent."""
    number: str
    src: str
    dst: str
    time_ns: int
    data: bytes
    lost: bool = False


@dataclass
class Flow:
    name: str
    settings: dict
    peers: dict          # name -> (address, port, transport or None)
    blocks: list
    about: str           # the comment at the top of the file

    def block(self, number):
        for block in self.blocks:
            if block.number == number:
                return block
        raise FlowError(f'{self.name}: there is no message {number}')


HEAD = re.compile(r'(?P<src>\w+) > (?P<dst>\w+)(?: @ (?P<at>\S+))?(?P<rest>(?: \S+)*)$')
REPEAT = re.compile(r'repeat (?P<number>[\d.]+)(?: @ (?P<at>\S+))?$')
PEER = re.compile(r'(\w+)\s*=\s*(\[[^]]+\]|[\d.]+):(\d+)(?:\s+(udp|tcp))?$')
SETTINGS = {'errors', 'start', 'mtu', 'charset', 'link', 'transport', 'format', 'passwords',
            'options'}


def parse_head(text, number, where):
    """`device > platform @ +0.010 charset=gb2312 lost verbatim answers=3`"""
    m = HEAD.match(text)
    if not m:
        raise FlowError(f'{where}: not a setting, a peer or a message: {text!r}')
    block = Block(number, m['src'], m['dst'], m['at'] or '+0.010', [], where=where)
    for word in m['rest'].split():
        key, _, value = word.partition('=')
        if key == 'charset' and value:
            block.charset = value
        elif key == 'answers' and value:
            block.answers = value
        elif word in ('lost', 'verbatim'):
            block.flags.add(word)
        else:
            raise FlowError(f'{where}: unknown word {word!r}')
    return block


def indented(lines, i):
    """The indented lines from i on, without their common indent; blank lines inside are kept."""
    first = lines[i] if i < len(lines) else ''
    indent = first[:len(first) - len(first.lstrip(' \t'))]
    out = []
    while indent and i < len(lines):
        if lines[i].startswith(indent):
            out.append(lines[i][len(indent):])
        elif lines[i].strip() == '':
            out.append('')
        else:
            break
        i += 1
    while out and out[-1] == '':
        out.pop()
    return out, i


def spread(lines):
    """`Via, From, CSeq: auto` stands for one line each."""
    out, body = [], False
    for line in lines:
        body = body or line == ''
        names, colon, value = line.partition(':')
        if not body and colon and value.strip() == 'auto' and ',' in names:
            out += [f'{name.strip()}: auto' for name in names.split(',')]
        else:
            out.append(line)
    return out


def parse(text, name):
    lines = text.split('\n')
    flow = Flow(name, {}, {}, [], '')
    about, i = [], 0
    while i < len(lines):
        line, where = lines[i], f'{name}:{i + 1}'
        i += 1
        if line.startswith('#'):
            if not flow.peers and not flow.blocks:
                about.append(line.lstrip('# '))
            continue
        if line.strip() == '':
            continue
        key, colon, value = line.partition(':')
        if colon and key in SETTINGS:
            if key in ('passwords', 'options'):
                flow.settings.setdefault(key, []).append(value.strip())
            else:
                flow.settings[key] = value.strip()
            continue
        m = PEER.match(line)
        if m:
            flow.peers[m[1]] = (m[2].strip('[]'), int(m[3]), m[4])
            continue
        number = str(len(flow.blocks) + 1)
        m = REPEAT.match(line)
        if m:
            old = flow.block(m['number'])
            flow.blocks.append(replace(old, number=number, at=m['at'] or '+0.500',
                                       lines=[f'repeat {old.number}'], flags={'repeat'}))
            continue
        block = parse_head(line, number, where)
        block.lines, i = indented(lines, i)
        block.lines = spread(block.lines)
        if not block.lines:
            raise FlowError(f'{where}: a message without lines')
        flow.blocks.append(block)
    for block in flow.blocks:
        for peer in (block.src, block.dst):
            if peer not in flow.peers:
                raise FlowError(f'{block.where}: unknown peer {peer}')
    flow.about = ' '.join(about)
    return flow


def load(path):
    name = re.sub(r'.*/|\.flow$', '', str(path))
    with open(path, encoding='utf-8') as f:
        return parse(f.read(), name)


# ---- from blocks to bytes ----

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MACRO = re.compile(r'\{\{|\{(\w+)((?: [^{}]*)?)\}')
HASHES = {'MD5': 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512_256', 'SM3': 'sm3'}
PARAM = re.compile(r'([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)')


def to_ns(text):
    """RFC 3339 in UTC to nanoseconds since the epoch."""
    m = re.match(r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$', text)
    if not m:
        raise FlowError(f'not a time in UTC: {text!r}')
    when = datetime.strptime(m[1] + '+0000', '%Y-%m-%dT%H:%M:%S%z')
    seconds = (when - EPOCH) // timedelta(seconds=1)
    return seconds * 10**9 + int((m[2] or '0').ljust(9, '0'))


def seconds_ns(text):
    whole, _, part = text.partition('.')
    return int(whole or '0') * 10**9 + int(part.ljust(9, '0')[:9])


def invent(*parts):
    """A value for branch, tag, Call-ID: looks random, is the same each time."""
    return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:10]


def unquote(value):
    if value.startswith('"'):
        return re.sub(r'\\(.)', r'\1', value[1:-1])
    return value


def digest_params(value):
    return {k.lower(): unquote(v) for k, v in PARAM.findall(value)}


def digest_response(method, password, params, body):
    """RFC 2617 3.2.2, RFC 7616 3.4, RFC 8760; without qop as in RFC 2069."""
    algorithm = params.get('algorithm') or 'MD5'
    base = re.sub(r'-sess$', '', algorithm, flags=re.I).upper()
    if base not in HASHES:
        raise FlowError(f'no such digest algorithm: {algorithm}')

    def h(data):
        return hashlib.new(HASHES[base], data).hexdigest()

    def text(*names):
        return ':'.join(params.get(n) or '' for n in names)

    ha1 = h(f'{text("username", "realm")}:{password}'.encode())
    if algorithm.lower().endswith('-sess'):
        ha1 = h(f'{ha1}:{text("nonce", "sess-cnonce" if "sess-cnonce" in params else "cnonce")}'.encode())
    a2 = f'{method}:{text("uri")}'
    if params.get('qop') == 'auth-int':
        a2 += ':' + h(body)
    middle = text('nonce', 'nc', 'cnonce', 'qop') if params.get('qop') else text('nonce')
    return h(f'{ha1}:{middle}:{h(a2.encode())}'.encode())


@functools.lru_cache(maxsize=256)
def headers_of(data):
    """[(name, value)] of a message as sent, and its start line."""
    head = data.split(b'\r\n\r\n')[0].decode('utf-8', 'replace').split('\r\n')
    return head[0], [(n.strip(), v.strip()) for n, _, v in (x.partition(':') for x in head[1:])]


def header(headers, name):
    return [v for n, v in headers if n.lower() == name.lower()]


class Sender:
    """Turns the blocks of one flow into messages, in order."""

    def __init__(self, flow, transport=None):
        self.flow = flow
        self.transport = transport
        self.sent = []
        self.now = to_ns(flow.settings.get('start', '2026-01-05T02:00:00Z'))
        self.start = self.now
        self.unnamed = 0

    def run(self):
        for block in self.flow.blocks:
            self.clock(block)
            self.sent.append(Message(block.number, block.src, block.dst, self.now,
                                     self.encode(block), 'lost' in block.flags))
        return self.sent

    def clock(self, block):
        at = block.at
        if at.startswith('+'):
            self.now += seconds_ns(at[1:])
        elif at.startswith('-'):
            self.now -= seconds_ns(at[1:])
        elif 'T' in at:
            self.now = to_ns(at)
        else:
            self.now = self.start + seconds_ns(at)

    def encode(self, block):
        if 'repeat' in block.flags:
            number = block.lines[0].split()[1]
            return next(m.data for m in self.sent if m.number == number)
        if 'verbatim' in block.flags:
            return b''.join(self.line(block, x, b'', None) for x in block.lines)

        lines = block.lines
        split = lines.index('') if '' in lines else len(lines)
        charset = block.charset or self.flow.settings.get('charset', 'utf-8')
        body = b''.join(self.line(block, x, b'', None, charset) for x in lines[split + 1:])
        out = b''
        for number, text in enumerate(lines[:split]):
            out += self.line(block, self.fill(block, text, number, body), body, lines[0])
        return out + b'\r\n' + body

    def line(self, block, text, body, start, charset='utf-8'):
        """One line with its macros replaced, and CRLF unless it says otherwise."""
        out, end, pos = b'', b'\r\n', 0
        for m in MACRO.finditer(text):
            out += text[pos:m.start()].encode(charset)
            pos = m.end()
            args = m[2].split() if m[2] else []
            if m[0] == '{{':
                out += b'{'
            elif m[1] == 'hex':
                out += bytes.fromhex(m[2])
            elif m[1] == 'repeat':
                out += args[1].encode(charset) * int(args[0])
            elif m[1] == 'lines':
                count, _, what = m[2][1:].partition(' ')
                out += b'\r\n'.join([what.encode(charset)] * int(count))
            elif m[1] in ('lf', 'noeol', 'cr'):
                end = {'lf': b'\n', 'noeol': b'', 'cr': b'\r'}[m[1]]
            elif m[1] == 'digest':
                out += self.digest(block, args, body, start).encode()
            elif m[1] == 'response':
                params = digest_params(text)
                method = start.split(' ')[0]
                out += digest_response(method, args[0], params, body).encode()
            elif m[1] == 'rspauth':
                out += self.rspauth(block, args, body).encode()
            else:
                raise FlowError(f'{block.where}: unknown macro {m[0]}')
        return out + text[pos:].encode(charset) + end

    def digest(self, block, args, body, start):
        """The answer to the last challenge that was sent to this peer."""
        user, password, *more = args
        params = {}
        for message in reversed(self.sent):
            _, headers = headers_of(message.data)
            found = header(headers, 'WWW-Authenticate') + header(headers, 'Proxy-Authenticate')
            if message.dst == block.src and found:
                params = digest_params(found[0])
                break
        method, uri = start.split(' ')[:2]
        use = {'username': user, 'realm': params.get('realm'), 'nonce': params.get('nonce'),
               'uri': uri, 'algorithm': params.get('algorithm', 'MD5'),
               'opaque': params.get('opaque')}
        if params.get('qop'):
            use.update(qop=params['qop'].split(',')[0].strip(), nc='00000001',
                       cnonce=invent(self.flow.name, block.number, 'cnonce'))
        hidden = {}      # what the sender computes with, and does not say
        for word in more:
            key, _, value = word.partition('=')
            if key == 'method':
                method = value
            elif key == 'sess-cnonce' or key.startswith('as-'):
                hidden[key.removeprefix('as-')] = value
            else:
                use[key] = value or None
        response = digest_response(method, password, {**use, **hidden}, body)
        bare = {'algorithm', 'qop', 'nc'}
        out = [f'{k}={v}' if k in bare else f'{k}="{v}"'
               for k, v in (*use.items(), ('response', response)) if v is not None]
        return 'Digest ' + ', '.join(out)

    def rspauth(self, block, args, body):
        """The server's proof for the credentials of the request that is answered: RFC 7616 3.5."""
        _, headers = headers_of(self.request(block).data)
        value = header(headers, 'Authorization') + header(headers, 'Proxy-Authorization')
        return digest_response('', args[0], digest_params(value[0]), body)

    def via(self, block):
        address, port, _ = self.flow.peers[block.src]
        host = f'[{address}]' if ':' in address else address
        branch = 'z9hG4bK' + invent(self.flow.name, block.number, 'branch')
        return f'SIP/2.0/{self.carrier(block)} {host}:{port};rport;branch={branch}'

    def carrier(self, block):
        own = self.transport or self.flow.settings.get('transport')
        for peer in (block.src, block.dst):
            own = own or self.flow.peers[peer][2]
        return (own or 'udp').upper()

    def fill(self, block, text, number, body):
        """The autos of one header line."""
        name, colon, value = text.partition(':')
        if number == 0 or not colon:
            return text
        value, low = value.strip(), name.strip().lower()
        if low in ('via', 'v') and self.transport:
            text = re.sub(r'SIP/2\.0/(UDP|TCP)', f'SIP/2.0/{self.carrier(block)}', text)
        if 'tag=auto' in value:
            text = text.replace('tag=auto', 'tag=' + self.tag(block))
        if 'branch=auto' in value:
            text = text.replace('branch=auto', 'branch=z9hG4bK'
                                + invent(self.flow.name, block.number, 'branch'))
        if value != 'auto':
            return text
        if low in ('content-length', 'l'):
            return f'{name}: {len(body)}'
        if low == 'date':
            # GB/T 28181 9.10: Beijing's time, without a zone
            when = EPOCH + timedelta(milliseconds=self.now // 10**6, hours=8)
            return f'{name}: {when.strftime("%Y-%m-%dT%H:%M:%S.")}{when.microsecond // 1000:03}'
        if not block.lines[0].startswith('SIP/'):
            if low == 'via':
                return f'{name}: {self.via(block)}'
            if low == 'call-id':
                return f'{name}: {invent(self.flow.name, block.number, "call")}'
            raise FlowError(f'{block.where}: {name} of a request cannot be auto')
        return '\r\n'.join(f'{name}: {v}' for v in self.answer(block, name, low))

    def tag(self, block):
        call = next((x for x in block.lines if x.lower().startswith('call-id:')), '')
        if call.endswith('auto'):
            call += block.number
        return invent(self.flow.name, call, block.src, 'tag')

    def answer(self, block, name, low):
        """What a response copies from its request: RFC 3261 8.2.6.2, RFC 3581 4."""
        request = self.request(block)
        _, headers = headers_of(request.data)
        values = header(headers, name)
        if not values:
            raise FlowError(f'{block.where}: message {request.number} has no {name}')
        if low == 'via':
            address, port, _ = self.flow.peers[request.src]
            values[0] = re.sub(r';rport(?=;|$)', f';rport={port};received={address}', values[0])
        if low == 'to' and ';tag=' not in values[0]:
            call = header(headers, 'Call-ID')[0]
            cseq = header(headers, 'CSeq')[0]
            values[0] += ';tag=' + invent(self.flow.name, call, cseq.split()[0], block.src)
        return values

    def request(self, block):
        for message in reversed(self.sent):
            if block.answers is not None:
                if message.number == block.answers:
                    return message
            elif (message.src, message.dst) == (block.dst, block.src) \
                    and not message.data.startswith(b'SIP/'):
                return message
        raise FlowError(f'{block.where}: which request does message {block.number} answer?')


def messages(flow, transport=None):
    """The messages of a flow. With transport, its Vias say that one."""
    return Sender(flow, transport).run()


def six(address):
    """An IPv6 address for an IPv4 one."""
    n = int(ipaddress.IPv4Address(address))
    return f'2001:db8::{n >> 16:x}:{n & 0xffff:x}'


def to_ipv6(flow):
    """The same conversation between IPv6 addresses, in its texts too."""
    four = {p[0] for p in flow.peers.values() if ':' not in p[0]}

    def turn(line):
        for address in four:
            plain = re.escape(address) + r'(?![\d.])'
            line = re.sub(r'IN IP4 ' + plain, 'IN IP6 ' + six(address), line)
            line = re.sub(r'received=' + plain, 'received=' + six(address), line)
            line = re.sub(r'(?<![\d.])' + plain, f'[{six(address)}]', line)
        return line

    return replace(
        flow,
        peers={n: (six(a) if a in four else a, p, t) for n, (a, p, t) in flow.peers.items()},
        blocks=[replace(b, lines=[turn(x) for x in b.lines]) for b in flow.blocks])

#include "src/passwords.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

struct line {
	const char *user, *realm, *password;
	unsigned line;
};

/* Bytes of a file, and what is in it; NULL for `error` where it is right. */
static const struct {
	const char *name;
	struct slice file;
	const char *error;
	struct line lines[4];
} files[] = {
#define S(text)                                                                          \
	{                                                                                \
		(const uint8_t *)(text), sizeof(text) - 1                                \
	}
    {"an empty file", S(""), NULL, {{0}}},
    {"a comment and empty lines", S("# a:b:c\n\n\r\n"), NULL, {{0}}},
    {"one line", S("u:r:p\n"), NULL, {{"u", "r", "p", 1}}},
    {"no line end at the end", S("u:r:p"), NULL, {{"u", "r", "p", 1}}},
    {"lines that end CRLF",
     S("u:r:p\r\nv:r:q\r\n"),
     NULL,
     {{"u", "r", "p", 1}, {"v", "r", "q", 2}}},
    {"one CR at a line's end", S("u:r:p\r\r\n"), NULL, {{"u", "r", "p\r", 1}}},
    {"a CR inside", S("u:r:p\rq\n"), NULL, {{"u", "r", "p\rq", 1}}},
    {"a CR at the file's end", S("u:r:p\r"), NULL, {{"u", "r", "p", 1}}},
    {"a BOM", S("\xEF\xBB\xBFu:r:p\n"), NULL, {{"u", "r", "p", 1}}},
    {"a BOM and a comment", S("\xEF\xBB\xBF# x\nu:r:p\n"), NULL, {{"u", "r", "p", 2}}},
    {"a BOM in the second line stays",
     S("u:r:p\n\xEF\xBB\xBFv:r:p\n"),
     NULL,
     {{"u", "r", "p", 1}, {"\xEF\xBB\xBFv", "r", "p", 2}}},
    {"blanks stay", S(" u : r : p \n"), NULL, {{" u ", " r ", " p ", 1}}},
    {"# behind a blank is no comment", S(" #u:r:p\n"), NULL, {{" #u", "r", "p", 1}}},
    {"colons in the password", S("u:r:p:q::\n"), NULL, {{"u", "r", "p:q::", 1}}},
    {"backslashes in the password",
     S("u:r:a\\:b\\\\\n"),
     NULL,
     {{"u", "r", "a\\:b\\\\", 1}}},
    {"escapes in user and realm",
     S("a\\:b:c\\\\d\\::p\n"),
     NULL,
     {{"a:b", "c\\d:", "p", 1}}},
    {"a backslash before another byte stays",
     S("DOM\\user:r:p\n"),
     NULL,
     {{"DOM\\user", "r", "p", 1}}},
    {"an escaped backslash before the colon",
     S("a\\\\:r:p\n"),
     NULL,
     {{"a\\", "r", "p", 1}}},
    {"empty parts", S("::\n"), NULL, {{"", "", "", 1}}},
    {"stars",
     S("*:*:p\n*:r:p\nu:*:p\n**:r:p\n"),
     NULL,
     {{"*", "*", "p", 1}, {"*", "r", "p", 2}, {"u", "*", "p", 3}, {"**", "r", "p", 4}}},
    {"line numbers count what is skipped",
     S("\n#\n\nu:r:p\n"),
     NULL,
     {{"u", "r", "p", 4}}},
    {"no colon",
     S("u:r:p\nsecret\n"),
     "f:2: not USER:REALM:PASSWORD, it has fewer than two colons",
     {{0}}},
    {"one colon",
     S("u:secret\n"),
     "f:1: not USER:REALM:PASSWORD, it has fewer than two colons",
     {{0}}},
    {"the second colon escaped",
     S("u:r\\:secret"),
     "f:1: not USER:REALM:PASSWORD, it has fewer than two colons",
     {{0}}},
    {"a backslash last",
     S("u:r\\"),
     "f:1: not USER:REALM:PASSWORD, it has fewer than two colons",
     {{0}}},
    {"UTF-16",
     S("\xFF\xFEu\0:\0r\0:\0p\0"),
     "f:1: this is UTF-16; save the file as UTF-8",
     {{0}}},
    {"a NUL is a byte", S("u:r:a\0b\n"), NULL, {{"u", "r", "a\0b", 1}}},

    {"CSV",
     S("device_id,password\nu,p\nv,q\n"),
     NULL,
     {{"u", "", "p", 2}, {"v", "", "q", 3}}},
    {"CSV with a realm",
     S("device_id,password,realm\nu,p,r\nv,q,\n"),
     NULL,
     {{"u", "r", "p", 2}, {"v", "", "q", 3}}},
    {"CSV with a BOM and CRLF",
     S("\xEF\xBB\xBF"
       "device_id,password\r\nu,p\r\n"),
     NULL,
     {{"u", "", "p", 2}}},
    {"CSV without a last line end",
     S("device_id,password\nu,p"),
     NULL,
     {{"u", "", "p", 2}}},
    {"CSV of a header only", S("device_id,password"), NULL, {{0}}},
    {"CSV, quotes in the header",
     S("\"device_id\",\"password\"\nu,p\n"),
     NULL,
     {{"u", "", "p", 2}}},
    {"CSV, a comma in quotes",
     S("device_id,password\nu,\"a,b\"\n"),
     NULL,
     {{"u", "", "a,b", 2}}},
    {"CSV, doubled quotes",
     S("device_id,password\nu,\"a\"\"b\"\"\"\n"),
     NULL,
     {{"u", "", "a\"b\"", 2}}},
    {"CSV, line ends in quotes",
     S("device_id,password\nu,\"a\r\nb\nc\"\nv,q\n"),
     NULL,
     {{"u", "", "a\r\nb\nc", 2}, {"v", "", "q", 5}}},
    {"CSV, empty quotes", S("device_id,password\nu,\"\"\n"), NULL, {{"u", "", "", 2}}},
    {"CSV, an empty password at the end",
     S("device_id,password\nu,"),
     NULL,
     {{"u", "", "", 2}}},
    {"CSV, colons and backslashes stay",
     S("device_id,password\na:b\\\\,c:d\\:\n"),
     NULL,
     {{"a:b\\\\", "", "c:d\\:", 2}}},
    {"CSV, blanks stay",
     S("device_id,password\n u , p \n"),
     NULL,
     {{" u ", "", " p ", 2}}},
    {"CSV, # is no comment", S("device_id,password\n#u,p\n"), NULL, {{"#u", "", "p", 2}}},
    {"CSV, stars", S("device_id,password,realm\n*,p,*\n"), NULL, {{"*", "*", "p", 2}}},
    {"CSV, empty rows",
     S("device_id,password,realm\n\n,,\r\nu,p,r\n\n"),
     NULL,
     {{"u", "r", "p", 4}}},
    {"CSV, a comma too many",
     S("device_id,password\nu,sec,ret\n"),
     "f:2: more values than columns; a comma in a value needs quotes",
     {{0}}},
    {"CSV, many commas too many",
     S("device_id,password,realm\nu,s,e,c,r,e,t\n"),
     "f:2: more values than columns; a comma in a value needs quotes",
     {{0}}},
    {"CSV, only commas, too many",
     S("device_id,password,realm\n,,,,\n"),
     "f:2: more values than columns; a comma in a value needs quotes",
     {{0}}},
    {"CSV, a value missing",
     S("device_id,password,realm\nu,secret\n"),
     "f:2: fewer values than columns",
     {{0}}},
    {"CSV, no device_id", S("device_id,password\n,secret\n"), "f:2: no device_id", {{0}}},
    {"CSV, another column",
     S("device_id,password,name\n"),
     "f:1: a CSV file begins with device_id,password[,realm]",
     {{0}}},
    {"CSV, a fourth column",
     S("device_id,password,realm,x\n"),
     "f:1: a CSV file begins with device_id,password[,realm]",
     {{0}}},
    {"CSV, another order",
     S("device_id,realm,password\n"),
     "f:1: a CSV file begins with device_id,password[,realm]",
     {{0}}},
    {"CSV, quotes open",
     S("device_id,password\nv,q\nu,\"secret\n\n"),
     "f:3: the quotes that open here do not close",
     {{0}}},
    {"CSV, quotes open at the end",
     S("device_id,password\nu,\""),
     "f:2: the quotes that open here do not close",
     {{0}}},
    {"CSV, text behind quotes",
     S("device_id,password\nu,\"sec\"ret\n"),
     "f:2: text behind the closing quotes",
     {{0}}},
    {"CSV, a CR behind quotes",
     S("device_id,password\nu,\"sec\"\rx\n"),
     "f:2: text behind the closing quotes",
     {{0}}},
    {"CSV, quotes inside",
     S("device_id,password\nu,sec\"ret\n"),
     "f:2: quotes inside a value without quotes (RFC 4180 2, 5)",
     {{0}}},
    {"a first line of three parts is no CSV",
     S("device_id,x:r:p\n"),
     NULL,
     {{"device_id,x", "r", "p", 1}}},
};

/* `password` of a line may hold a NUL: then only the part before it is compared. */
static bool
text_is(struct slice s, const char *text)
{
	return slice_eq(slice_head(s, strlen(text)), slice_str(text)) &&
	       (s.n == strlen(text) || s.p[strlen(text)] == '\0');
}

static void
test_files(void)
{
	size_t i, j;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = {""};
		struct passwords *p = passwords_parse(files[i].file, "f", &e);

		ok((p == NULL) == (files[i].error != NULL) &&
		       strcmp(e.text, files[i].error ? files[i].error : "") == 0,
		   "%s: \"%s\"", files[i].name, e.text);
		ok(strstr(e.text, "sec") == NULL, "%s: no secret in the message",
		   files[i].name);
		for (j = 0; p != NULL && j < 4 && files[i].lines[j].user != NULL; j++) {
			const struct line *want = &files[i].lines[j];
			const struct password *got = passwords_get(p, j);

			ok(got != NULL && text_is(got->user, want->user) &&
			       text_is(got->realm, want->realm) &&
			       text_is(got->password, want->password) &&
			       got->line == want->line,
			   "%s: line %zu", files[i].name, j);
		}
		ok(p == NULL || (passwords_total(p) == j && passwords_get(p, j) == NULL),
		   "%s: %zu lines", files[i].name, passwords_total(p));
		passwords_free(p);
	}
}

static void
test_flags(void)
{
	static const char file[] =
	    "u:r:0123456789abcdef0123456789ABCDEF\n"
	    "u:r:0123456789abcdef0123456789ABCDEg\n"
	    "u:r:0123456789abcdef0123456789ABCDE\n"
	    "u:r:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
	    "u:*:0123456789abcdef0123456789abcdef\n"
	    "*:r:0123456789abcdef0123456789abcdef\n";
	static const struct {
		bool any_user, any_realm, maybe_ha1;
	} want[] = {{false, false, true}, {false, false, false}, {false, false, false},
	            {false, false, true}, {false, true, false},  {true, false, false}};
	struct err e = {""};
	struct passwords *p = passwords_parse(SLICE(file), "f", &e);
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct password *got = passwords_get(p, i);

		ok(got != NULL && got->any_user == want[i].any_user &&
		       got->any_realm == want[i].any_realm &&
		       got->maybe_ha1 == want[i].maybe_ha1,
		   "flags of line %zu", i + 1);
	}
	passwords_free(p);
}

static void
test_find(void)
{
	static const char file[] = "*:*:1\n"
	                           "u:*:2\n"
	                           "*:r:3\n"
	                           "u:r:4\n"
	                           "u:*:5\n"
	                           "u:r:6\n"
	                           "*:r:7\n"
	                           "ur::8\n";
	static const struct {
		const char *user, *realm, *lines;
	} rows[] = {
	    {"u", "r", "46"}, {"u", "x", "25"}, {"x", "r", "37"}, {"x", "x", "1"},
	    {"*", "*", "1"},  {"ur", "", "8"},  {"", "", "1"},    {"", "ur", "1"},
	    {"U", "r", "37"}, {"u", "R", "25"},
	};
	struct err e = {""};
	struct passwords *p = passwords_parse(SLICE(file), "f", &e);
	size_t i, j, n, at[8];

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = passwords_find(p, slice_str(rows[i].user), slice_str(rows[i].realm),
		                   at, 8);
		for (j = 0; j < n && j < strlen(rows[i].lines); j++)
			if (passwords_get(p, at[j])->line !=
			    (unsigned)(rows[i].lines[j] - '0'))
				break;
		ok(n == strlen(rows[i].lines) && j == n, "%s:%s: lines %s, %zu found",
		   rows[i].user, rows[i].realm, rows[i].lines, n);
	}
	ok(passwords_find(p, SLICE("u"), SLICE("r"), at, 1) == 1 && at[0] == 3,
	   "one of two");
	ok(passwords_find(p, SLICE("u"), SLICE("r"), at, 0) == 0, "none of two");
	ok(passwords_find(NULL, SLICE("u"), SLICE("r"), at, 8) == 0, "no passwords");
	ok(passwords_total(NULL) == 0 && passwords_get(NULL, 0) == NULL, "no passwords");
	passwords_free(p);
	passwords_free(NULL);
}

/* 100,000 devices, each found, in no time. */
static void
test_many(void)
{
	enum { MANY = 100000, WIDTH = 40 };
	char *text = malloc((size_t)MANY * WIDTH), name[WIDTH];
	struct err e = {""};
	struct passwords *p;
	size_t n = 0, right = 0, at[2];
	int i;

	if (text == NULL)
		return;
	for (i = 0; i < MANY; i++)
		n += (size_t)snprintf(text + n, WIDTH,
		                      "34020000001320%06d:34020000:p%d\n", i, i);
	p = passwords_parse(slice_of(text, n), "f", &e);
	for (i = 0; p != NULL && i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "34020000001320%06d", i);
		right +=
		    passwords_find(p, slice_str(name), SLICE("34020000"), at, 2) == 1 &&
		    at[0] == (size_t)i;
	}
	ok(right == MANY, "%zu of %d devices are found", right, MANY);
	passwords_free(p);
	free(text);
}

static bool
put(const char *path, const void *bytes, size_t n, mode_t mode)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL)
		return false;
	return fwrite(bytes, 1, n, f) == n && fclose(f) == 0 && chmod(path, mode) == 0;
}

static void
test_modes(const char *dir)
{
	static const struct {
		mode_t mode;
		bool strict, refused;
		const char *warning;
	} rows[] = {
	    {0600, false, false, ""},
	    {0600, true, false, ""},
	    {0400, true, false, ""},
	    {0644, false, false, "others can read this file (mode 0644); chmod 600 it"},
	    {0644, true, true, "others can read this file (mode 0644); chmod 600 it"},
	    {0640, false, false,
	     "its group can read this file (mode 0640); chmod 600 it"},
	    {0640, true, true, "its group can read this file (mode 0640); chmod 600 it"},
	    {0604, false, false, "others can read this file (mode 0604); chmod 600 it"},
	    {0622, true, false, ""},
	};
	char path[256], warning[256], want[512];
	size_t i;

	(void)snprintf(path, sizeof(path), "%s/p", dir);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = {""};
		struct passwords *p;

		if (!put(path, "u:r:p\n", 6, rows[i].mode))
			continue;
		p = passwords_load(path, rows[i].strict, &e, warning);
		(void)snprintf(want, sizeof(want), "%s%s%s",
		               rows[i].warning[0] ? path : "",
		               rows[i].warning[0] ? ": " : "", rows[i].warning);
		ok((p == NULL) == rows[i].refused && strcmp(warning, want) == 0,
		   "mode %04o: %s", (unsigned)rows[i].mode, warning);
		ok(strcmp(e.text, rows[i].refused ? want : "") == 0, "mode %04o: %s",
		   (unsigned)rows[i].mode, e.text);
		passwords_free(p);
		(void)unlink(path);
	}
}

static void
test_load(const char *dir)
{
	enum { CAP = 16 << 20 };
	char path[256], link[256], warning[256];
	struct err e = {""};
	struct passwords *p;
	char *big = malloc(CAP + 1);
	int fds[2];
	pid_t child;

	(void)snprintf(path, sizeof(path), "%s/p", dir);
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	ok(passwords_load(path, false, &e, warning) == NULL &&
	       strstr(e.text, strerror(ENOENT)) != NULL,
	   "no file: %s", e.text);
	e.text[0] = '\0';
	ok(passwords_load(dir, false, &e, warning) == NULL &&
	       strstr(e.text, strerror(EISDIR)) != NULL,
	   "a directory: %s", e.text);
	e.text[0] = '\0';

	p = passwords_load("/dev/null", false, &e, warning);
	ok(p != NULL && passwords_total(p) == 0 &&
	       strcmp(warning, "/dev/null: no passwords in it") == 0,
	   "/dev/null: %s%s", e.text, warning);
	passwords_free(p);

	if (big != NULL) {
		memset(big, '#', CAP + 1);
		ok(put(path, big, CAP, 0600), "a file of 16 MiB");
		p = passwords_load(path, true, &e, warning);
		ok(p != NULL, "16 MiB: %s", e.text);
		passwords_free(p);
		ok(put(path, big, CAP + 1, 0600), "a file of a byte more");
		ok(passwords_load(path, true, &e, warning) == NULL &&
		       strstr(e.text, "larger than 16777216 bytes") != NULL,
		   "a byte more: %s", e.text);
		e.text[0] = '\0';
		free(big);
	}

	{
		struct rlimit core = {1, 1};

		ok(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 &&
		       core.rlim_max == 0,
		   "no core is dumped once a password was read");
	}
	ok(put(path, "u:r:p\n", 6, 0600) && symlink(path, link) == 0, "a symlink");
	p = passwords_load(link, true, &e, warning);
	ok(p != NULL && passwords_total(p) == 1, "through a symlink: %s", e.text);
	passwords_free(p);
	(void)unlink(link);
	ok(put(path, "u:r:p\nsecret", 12, 0600), "a bad file");
	ok(passwords_load(path, true, &e, warning) == NULL &&
	       strstr(e.text, "p:2: ") != NULL && strstr(e.text, "secret") == NULL,
	   "a bad line: %s", e.text);
	e.text[0] = '\0';
	(void)unlink(path);

	/* A pipe that gives its bytes in pieces. */
	if (pipe(fds) != 0 || (child = fork()) < 0)
		return;
	if (child == 0) {
		ssize_t n = write(fds[1], "u:r:", 4);

		(void)usleep(20000);
		n += write(fds[1], "p\nv:r:q\n", 8);
		_exit(n != 12);
	}
	(void)close(fds[1]);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	p = passwords_load(path, true, &e, warning);
	ok(p != NULL && passwords_total(p) == 2 && warning[0] == '\0', "a pipe: %s%s",
	   e.text, warning);
	passwords_free(p);
	(void)close(fds[0]);
	(void)waitpid(child, NULL, 0);
}

int
main(void)
{
	char dir[] = "/tmp/gbscope-passwords-XXXXXX";

	test_files();
	test_flags();
	test_find();
	test_many();
	if (ok(mkdtemp(dir) != NULL, "a temporary directory")) {
		test_modes(dir);
		test_load(dir);
		(void)rmdir(dir);
	}
	return done();
}

#include "src/passwords.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "src/hash.h"
#include "src/passwords_text.h"

/* How narrow a line is: the narrowest lines that fit decide. */
enum specificity { USER_AND_REALM, ANY_REALM, ANY_USER, ANY_BOTH, SPECIFICITIES };

struct passwords {
	struct password_text text; /* its lines point into its bytes */
	struct hash_key key;
	size_t *slots; /* line + 1 of a key's first line; 0: free */
	size_t mask;   /* slots - 1, a power of 2 less 1 */
	size_t *next;  /* line + 1 of the key's next line in the file; 0: last */
};

static enum specificity
specificity_of(const struct password *line)
{
	if (line->any_user)
		return line->any_realm ? ANY_BOTH : ANY_USER;
	return line->any_realm ? ANY_REALM : USER_AND_REALM;
}

/* Of a key: the first line's slot, or the free one where it belongs. The table is never more than
 * half full, so that each probe ends. */
static size_t *
slot_find(const struct passwords *p, enum specificity s, struct slice user,
          struct slice realm)
{
	const uint8_t kind = (uint8_t)s;
	uint64_t h = hash_bytes(&p->key, slice_of(&kind, 1));
	size_t i;

	if (s == ANY_USER || s == ANY_BOTH)
		user = SLICE_EMPTY;
	if (s == ANY_REALM || s == ANY_BOTH)
		realm = SLICE_EMPTY;
	h = hash_more(&p->key, h, user);
	h = hash_more(&p->key, h, realm);
	for (i = (size_t)h & p->mask; p->slots[i] != 0; i = (i + 1) & p->mask) {
		const struct password *line = &p->text.lines[p->slots[i] - 1];

		if (specificity_of(line) != s)
			continue;
		if ((line->any_user || slice_eq(line->user, user)) &&
		    (line->any_realm || slice_eq(line->realm, realm)))
			break;
	}
	return &p->slots[i];
}

static int
index_lines(struct passwords *p, struct err *e)
{
	size_t slots = 16, i;

	while (slots / 2 < p->text.total)
		slots *= 2;
	p->slots = calloc(slots, sizeof(*p->slots));
	p->next = calloc(p->text.total + 1, sizeof(*p->next));
	if (p->slots == NULL || p->next == NULL)
		return err_set(e, "no memory for the passwords");
	p->mask = slots - 1;
	p->key = hash_key_random();

	/* From the last line to the first, so that each chain is in the file's order. */
	for (i = p->text.total; i-- > 0;) {
		const struct password *line = &p->text.lines[i];
		size_t *slot =
		    slot_find(p, specificity_of(line), line->user, line->realm);

		p->next[i] = *slot;
		*slot = i + 1;
	}
	return 0;
}

/* Takes the bytes. */
static struct passwords *
passwords_of(uint8_t *bytes, size_t n, const char *name, struct err *e)
{
	struct passwords *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		OPENSSL_cleanse(bytes, n);
		free(bytes);
		err_set(e, "%s: no memory", name);
		return NULL;
	}
	p->text.bytes = bytes;
	p->text.n = n;
	if (password_text_read(&p->text, name, e) != 0 || index_lines(p, e) != 0) {
		passwords_free(p);
		return NULL;
	}
	return p;
}

struct passwords *
passwords_parse(struct slice bytes, const char *name, struct err *e)
{
	uint8_t *copy = malloc(bytes.n + 1);

	if (copy == NULL) {
		err_set(e, "%s: no memory", name);
		return NULL;
	}
	if (bytes.n != 0)
		memcpy(copy, bytes.p, bytes.n);
	return passwords_of(copy, bytes.n, name, e);
}

struct passwords *
passwords_load(const char *file, bool strict, struct err *e, char warning[256])
{
	struct passwords *p;
	uint8_t *bytes;
	size_t n;

	warning[0] = '\0';
	if (password_file_read(file, strict, &bytes, &n, e, warning) != 0)
		return NULL;
	p = passwords_of(bytes, n, file, e);
	if (p == NULL)
		return NULL;
	password_process_close();
	if (p->text.total == 0 && warning[0] == '\0')
		(void)snprintf(warning, 256, "%.200s: no passwords in it", file);
	return p;
}

size_t
passwords_total(const struct passwords *p)
{
	return p == NULL ? 0 : p->text.total;
}

const struct password *
passwords_get(const struct passwords *p, size_t i)
{
	return p != NULL && i < p->text.total ? &p->text.lines[i] : NULL;
}

size_t
passwords_find(const struct passwords *p, struct slice user, struct slice realm,
               size_t *out, size_t max)
{
	size_t n = 0, at = 0;
	int s;

	if (p == NULL)
		return 0;
	for (s = USER_AND_REALM; s < SPECIFICITIES && at == 0; s++)
		at = *slot_find(p, (enum specificity)s, user, realm);
	for (; at != 0 && n < max; at = p->next[at - 1])
		out[n++] = at - 1;
	return n;
}

void
passwords_free(struct passwords *p)
{
	if (p == NULL)
		return;
	OPENSSL_cleanse(p->text.bytes, p->text.n);
	free(p->text.bytes);
	free(p->text.lines);
	free(p->slots);
	free(p->next);
	free(p);
}

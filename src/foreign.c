#include "src/foreign.h"

#include <stddef.h>

#define EDITCAP ": convert it with editcap"
#define UNPACK "; decompress it first"

const char *
foreign_what(uint32_t magic)
{
	/* The capture formats as in Wireshark's wiretap, which editcap reads with. */
	static const struct {
		uint32_t magic, mask;
		const char *what;
	} rows[] = {
	    {0x52545353, 0xFFFFFFFF, "a Microsoft Network Monitor 1 file" EDITCAP},
	    {0x474D4255, 0xFFFFFFFF, "a Microsoft Network Monitor 2 file" EDITCAP},
	    {0x736E6F6F, 0xFFFFFFFF, "a snoop file" EDITCAP},
	    {0x00000200, 0xFFFFFFFF, "a Tektronix K12 file" EDITCAP},
	    {0x5452534E, 0xFFFFFFFF, "a Sniffer file" EDITCAP},
	    {0x58435000, 0xFFFFFFFF, "a NetXRay or Windows Sniffer file" EDITCAP},
	    {0x69707472, 0xFFFFFFFF, "an AIX iptrace file" EDITCAP},
	    {0x4F627365, 0xFFFFFFFF, "a Network Instruments Observer file" EDITCAP},
	    {0x05564E46, 0xFFFFFFFF, "a Visual Networks file" EDITCAP},
	    {0xFD377A58, 0xFFFFFFFF, "is compressed with xz" UNPACK},
	    {0x425A6800, 0xFFFFFF00, "is compressed with bzip2" UNPACK},
	    {0x04224D18, 0xFFFFFFFF, "is compressed with lz4" UNPACK},
	    {0x504B0304, 0xFFFFFFFF, "a zip archive; unpack it first"},
	    {0x377ABCAF, 0xFFFFFFFF, "a 7-Zip archive; unpack it first"},
	    {0x52617221, 0xFFFFFFFF, "a RAR archive; unpack it first"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((magic & rows[i].mask) == rows[i].magic)
			return rows[i].what;
	return NULL;
}

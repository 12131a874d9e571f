/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a client: sends a certificate with "bad~~" in it as "bad\xff\xfe".  OpenSSL would
 * not load such a one, but a client need not be made with OpenSSL.
 */
#include <dlfcn.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

__attribute__((visibility("default"))) int i2d_X509(const X509 *certificate, unsigned char **out)
{
	int (*real)(const X509 *certificate, unsigned char **out);
	unsigned char *begin = NULL, *name = NULL;
	int len;

	*(void **)(&real) = dlsym(RTLD_NEXT, "i2d_X509");
	if (out != NULL)
		begin = *out;
	len = real(certificate, out);
	if (out == NULL || len <= 0)
		return len;
	/* Without a buffer of the caller's it makes one, else it leaves *out behind what it wrote.
	 */
	if (begin == NULL)
		begin = *out;
	name = memmem(begin, (size_t)len, "bad~~", 5);
	if (name != NULL) {
		(void)memcpy(name, "bad\xff\xfe", 5);
		(void)fputs("bad-name: sent\n", stderr);
	}
	return len;
}

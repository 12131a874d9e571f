#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client certificate whose common name is any bytes, as UTF8String or T61String.

usage: hostile-cert.py CA TYPE NAME-IN-HEX OUT   with CA.crt, CA.key; makes OUT.crt, OUT.key

openssl(1) makes no such names, so the certificate is put together here and only signed there.
"""
import base64
import subprocess
import sys
import time

TYPES = {"utf8": 0x0C, "t61": 0x14}


def openssl(*arguments, data=b""):
    return subprocess.run(("openssl",) + arguments, input=data, check=True, stdout=subprocess.PIPE).stdout


def der(tag, *parts):
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes((tag, length)) + body
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + body


def sequence(*parts):
    return der(0x30, *parts)


def oid(hexadecimal):
    return der(0x06, bytes.fromhex(hexadecimal))


def extension(kind, value, critical=False):
    return sequence(oid(kind), der(0x01, b"\xff") if critical else b"", der(0x04, value))


def pem(kind, data):
    lines = base64.encodebytes(data).decode()
    return f"-----BEGIN {kind}-----\n{lines}-----END {kind}-----\n"


def first_sequence(certificate, path):
    """The element at these places of nested sequences, as bytes."""
    data = certificate
    for place in path:
        at = header(data)[0]
        for _ in range(place):
            begin, length = header(data[at:])
            at += begin + length
        begin, length = header(data[at:])
        data = data[at : at + begin + length]
    return data


def header(data):
    if data[1] < 128:
        return 2, data[1]
    size = data[1] & 127
    return 2 + size, int.from_bytes(data[2 : 2 + size], "big")


def main(ca, kind, name, out):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", out + ".key")
    key = openssl("pkey", "-in", out + ".key", "-pubout", "-outform", "DER")
    # TBSCertificate: version, serial, signature, issuer, validity, subject
    issuer = first_sequence(openssl("x509", "-in", ca + ".crt", "-outform", "DER"), (0, 5))
    algorithm = sequence(oid("2a8648ce3d040302"))  # ecdsa-with-SHA256
    subject = sequence(der(0x31, sequence(oid("550403"), der(TYPES[kind], bytes.fromhex(name)))))
    when = [time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + s)).encode() for s in (-3600, 86400)]
    extensions = sequence(
        extension("551d0f", der(0x03, b"\x07\x80"), True),  # keyUsage: digitalSignature
        extension("551d25", sequence(oid("2b06010505070302"))),  # extKeyUsage: clientAuth
    )
    body = sequence(
        der(0xA0, der(0x02, b"\x02")),
        der(0x02, int(time.time_ns()).to_bytes(8, "big")),
        algorithm,
        issuer,
        sequence(*(der(0x17, t) for t in when)),
        subject,
        key,
        der(0xA3, extensions),
    )
    signature = openssl("dgst", "-sha256", "-sign", ca + ".key", data=body)
    with open(out + ".crt", "w", encoding="ascii") as file:
        file.write(pem("CERTIFICATE", sequence(body, algorithm, der(0x03, b"\0" + signature))))


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[2] not in TYPES:
        sys.exit(__doc__)
    main(*sys.argv[1:])

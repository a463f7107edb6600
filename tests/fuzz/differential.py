#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two readers that share no code, asked about the same damaged model files.

usage: differential.py FUZZ_VERDICT SOURCE COUNT SEED FILE...

FILEs are whole models; each mutant is one of them with one to eight things wrong. Both must say load, or both refuse. Where both
refuse by other rules that is only counted: of two faults in a file each reader may see another first. What they disagree on is
kept in the working folder as differs-SEED-N; the last line is the tally. The other reader is tools/strict_reader.py in the folder
STYLEMAP_SHARED, or SOURCE/../shared; where there is none this ends with 77, which skips the test."""
import collections, importlib.util, os, random, struct, subprocess, sys, zlib

ODD = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1 << 32,
       (1 << 63) - 1, 1 << 63, (1 << 64) - 8, (1 << 64) - 1]
MARKS = b"(.NKMJGX)]}taesuqhrjcQRb\x80\x81\x85\x86\x87\x88\x89\x8a{}[]\":,0123456789-+eE.\\u"
WORDS = [b"g_ema", b"e_ema", b"train_args", b"size", b"shape", b"dtype", b"F32", b"F16", b"BF16", b"I64", b"data_offsets",
         b"__metadata__", b"weight", b"latent_spatial_size", b"mapping_layer_num", b"cpu", b"torch\nFloatStorage\n",
         b"torch\nHalfStorage\n", b"collections\nOrderedDict\n", b"argparse\nNamespace\n", b"PK\3\4", b"PK\1\2", b"PK\5\6", b"data.pkl"]


def spot(rng, b):
    """Most of the structure is in the first and, in a zip, the last few kB."""
    part = min(len(b), 8192)
    return rng.choice((rng.randrange(part), rng.randrange(part), rng.randrange(len(b)), len(b) - 1 - rng.randrange(part)))


def damage(rng, b, other):
    at, how = spot(rng, b), rng.randrange(12)
    if how < 2:
        b[at] ^= 1 << rng.randrange(8)
    elif how == 2:
        b[at] = rng.randrange(256)
    elif how == 3:
        n = 1 << rng.randrange(4)
        b[at:at + n] = struct.pack("<Q", rng.choice(ODD))[:n]
    elif how == 4:
        del b[at:at + rng.randint(1, 16)]
    elif how == 5:
        b[at:at] = b[at:at + rng.randint(1, 64)]
    elif how == 6:
        start, n = rng.randrange(len(other)), rng.randint(1, 64)
        b[at:at + n] = other[start:start + n]
    elif how == 7:
        b[at] = rng.choice(MARKS)
    elif how == 8:
        to = rng.randrange(len(b))
        b[at], b[to] = b[to], b[at]
    elif how == 9:  # one name becomes another: of what is there, or of what could be
        old, new = rng.choice(WORDS), rng.choice(WORDS)
        found = b.find(old, rng.randrange(len(b)))
        if found >= 0:
            b[found:found + len(old)] = new
    elif how == 10:  # a length or a number in the file, by one
        b[at] = (b[at] + rng.choice((-1, 1))) & 255
    elif rng.randrange(8) == 0:
        del b[at:]


def mend(rng, b):
    """Half of the zips get true checksums again, or no mutation of what they hold would get past those."""
    if b[:4] != b"PK\3\4" or rng.randrange(2):
        return
    end = b.rfind(b"PK\5\6")
    at = b.find(b"PK\1\2")
    while 0 <= at < end - 46:
        size, name = struct.unpack_from("<I", b, at + 20)[0], struct.unpack_from("<H", b, at + 28)[0]
        local = struct.unpack_from("<I", b, at + 42)[0]
        if local + 30 <= len(b):
            start = local + 30 + sum(struct.unpack_from("<HH", b, local + 26))
            crc = struct.pack("<I", zlib.crc32(b[start:start + size]))
            b[at + 16:at + 20] = crc
            if b[local + 14:local + 18] != b"\0\0\0\0":
                b[local + 14:local + 18] = crc
        at = b.find(b"PK\1\2", at + 46 + name)


def main():
    program, source, count, seed = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    reader = os.path.join(os.environ.get("STYLEMAP_SHARED") or os.path.join(source, "../shared"), "tools/strict_reader.py")
    if not os.path.exists(reader):
        print(f"skipped: there is no {reader}")
        sys.exit(77)
    spec = importlib.util.spec_from_file_location("strict_reader", reader)
    strict = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(strict)
    files = [open(f, "rb").read() for f in sys.argv[5:]]
    files = [f for f in files if f]
    other = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    rng, tally, differ = random.Random(seed), collections.Counter(), 0
    for n in range(count):
        b = bytearray(rng.choice(files))
        for _ in range(rng.randint(1, 2 if rng.randrange(3) else 8)):
            if b:
                damage(rng, b, rng.choice(files))
        mend(rng, b)
        b = bytes(b)
        verdict, why = strict.verdict(b)
        rule = why.split(":")[0]
        other.stdin.write(struct.pack("<I", len(b)) + b)
        other.stdin.flush()
        said = other.stdout.readline().decode().split()
        if not said:
            sys.exit(f"the reader ended at mutant {n} of seed {seed}")
        if said[0] != verdict:
            differ += 1
            open(f"differs-{seed}-{n}", "wb").write(b)
            print(f"mutant {n}: {' '.join(said)}, but {verdict} {why}", flush=True)
        if n % 10000 == 9999:
            print(f"{n + 1} mutants: {differ} differ", flush=True)
        tally["both load" if said[0] == verdict == "load" else "by the same rule" if said[1:] == [rule] else "by other rules"] += 1
    other.stdin.close()
    print(f"{count} mutants, seed {seed}: {differ} differ; {dict(tally)}")
    sys.exit(differ != 0 or other.wait() != 0)


main()

"""A manifest's gzip: any browser unpacks it, and the words around the ciphertext cost little."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import urlsafe_b64encode
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from careplan.web.scan.squeeze import squeezed


def manifest(embedded: str) -> bytes:
    files = [{"contentType": "application/fhir+json", "location": "x" * 90} for _ in range(3)]
    first = json.dumps({"files": files, "embedded": embedded}, separators=(",", ":"))
    return first.encode()


@given(st.binary(max_size=400) | st.text(max_size=200).map(manifest))
def test_it_comes_back(body: bytes) -> None:
    assert gzip.decompress(squeezed(body)) == body


def test_it_is_smaller_than_one_block_for_all() -> None:
    body = manifest(urlsafe_b64encode(Random(1).randbytes(12_000)).decode())
    packer = zlib.compressobj(1, zlib.DEFLATED, 31, 9, zlib.Z_HUFFMAN_ONLY)
    assert len(squeezed(body)) < len(packer.compress(body) + packer.flush())

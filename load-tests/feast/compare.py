# SPDX-License-Identifier: Apache-2.0
"""Requests a second of Feast's feature server and of Proffer, on one Redis, for the same values."""

import argparse
import http.client
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

import grpc
import pandas
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, ValueType
from feast.types import Float32

COLUMNS = 20
CANDIDATES = 500
SERVICE = "/proffer.featurestore.v1.FeatureStoreService/"


# Protocol buffers by hand: a few lines instead of generated code, and nothing to decode while measuring.
def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def row_message(view, entity, unix_ms, values):
    message = field(1, view.encode()) + field(2, entity.encode()) + field(3, unix_ms)
    for column, value in enumerate(values):
        number = varint(1 << 3 | 5) + struct.pack("<f", value)
        message += field(4, field(1, f"f{column}".encode()) + field(2, number))
    return message


def matrix_request(user, items):
    return field(1, b"bench") + field(3, user.encode()) + b"".join(field(4, i.encode()) for i in items)


def floats_of_first_candidates(response):
    """The dense values of the first block of candidates: field 3 of the reply, field 5 of the block."""

    def fields(message):
        at = 0
        while at < len(message):
            tag, at = read_varint(message, at)
            if tag & 7 == 0:
                value, at = read_varint(message, at)
            else:
                length, at = read_varint(message, at)
                value, at = message[at : at + length], at + length
            yield tag >> 3, value

    block = next(value for number, value in fields(response) if number == 3)
    values = next(value for number, value in fields(block) if number == 5)
    return struct.unpack(f"<{len(values) // 4}f", values)


def read_varint(message, at):
    shift = value = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prepare_feast(folder, redis, frame):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "feature_store.yaml"), "w") as out:
        out.write(
            "project: bench\nregistry: registry.db\nprovider: local\nentity_key_serialization_version: 3\n"
            f"online_store:\n  type: redis\n  connection_string: {redis}\n"
        )
    source = os.path.join(folder, "items.parquet")
    frame.to_parquet(source)
    item = Entity(name="item", join_keys=["item_id"], value_type=ValueType.STRING)
    view = FeatureView(
        name="bench_item",
        entities=[item],
        schema=[Field(name=f"f{i}", dtype=Float32) for i in range(COLUMNS)],
        source=FileSource(path=source, timestamp_field="event_timestamp"),
        online=True,
    )
    store = FeatureStore(repo_path=folder)
    store.apply([item, view])
    store.write_to_online_store("bench_item", frame)


def rate(callers, seconds, make_call):
    """Requests a second of closed loops; a call that fails ends the comparison."""
    done = [0] * callers
    failure = []
    until = time.monotonic() + seconds

    def loop(number):
        call = make_call(number)
        while time.monotonic() < until and not failure:
            try:
                call()
            except Exception as e:
                failure.append(e)
                return
            done[number] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=loop, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failure:
        raise failure[0]
    return sum(done) / (time.monotonic() - started)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--proffer", required=True)
    options.add_argument("--redis", required=True)
    options.add_argument("--feast", required=True)
    options.add_argument("--work", required=True)
    options.add_argument("--items", type=int, default=20_000)
    options.add_argument("--callers", type=int, default=4)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()

    chance = random.Random(42)
    now_ms = int(time.time() * 1000)
    ids = [f"i{number}" for number in range(chosen.items)]
    values = [[round(chance.gauss(0, 1), 4) for _ in range(COLUMNS)] for _ in ids]

    print(f"writing {chosen.items} items of {COLUMNS} numbers to both", file=sys.stderr)
    channel = grpc.insecure_channel(chosen.proffer)
    write = channel.unary_unary(SERVICE + "WriteFeatures")
    for start in range(0, len(ids), 2000):
        write(
            b"".join(
                field(1, row_message("bench_item", ids[i], now_ms, values[i]))
                for i in range(start, min(start + 2000, len(ids)))
            ),
            timeout=60,
        )
    write(field(1, row_message("bench_user", "u1", now_ms, values[0])), timeout=60)
    frame = pandas.DataFrame(values, columns=[f"f{i}" for i in range(COLUMNS)], dtype="float32")
    frame.insert(0, "item_id", ids)
    frame.insert(1, "event_timestamp", pandas.Timestamp(now_ms, unit="ms", tz="UTC"))
    folder = os.path.join(chosen.work, "repository")
    prepare_feast(folder, chosen.redis, frame)

    candidates = chance.sample(ids, CANDIDATES)
    body = json.dumps(
        {
            "features": [f"bench_item:f{i}" for i in range(COLUMNS)],
            # 501 rows here as there; Feast has no context, so the 501st is an item too.
            "entities": {"item_id": candidates + [ids[0]]},
        }
    )
    port = free_port()
    environment = dict(os.environ, FEAST_USAGE="False")
    with open(os.path.join(chosen.work, "feast.log"), "w") as log:
        server = subprocess.Popen(
            [chosen.feast, "-c", folder, "serve", "-h", "127.0.0.1", "-p", str(port), "--workers", "2"]
            + ["--no-access-log"],
            stdout=log,
            stderr=log,
            env=environment,
        )
    try:

        def feast_call(_=0):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

            def call():
                connection.request(
                    "POST", "/get-online-features", body, {"Content-Type": "application/json"}
                )
                response = connection.getresponse()
                content = response.read()
                if response.status != 200:
                    raise RuntimeError(f"feast: {response.status} {content[:300]!r}")
                return content

            return call

        def proffer_call(_=0):
            read = grpc.insecure_channel(
                chosen.proffer, options=[("grpc.use_local_subchannel_pool", 1)]
            ).unary_unary(SERVICE + "GetFeatureMatrix")
            request = matrix_request("u1", candidates)
            return lambda: read(request, timeout=60)

        for attempt in range(120):
            try:
                from_feast = json.loads(feast_call()())
                break
            except (ConnectionError, http.client.HTTPException):
                if server.poll() is not None or attempt == 119:
                    raise RuntimeError("feast serve did not start; see feast.log") from None
                time.sleep(1)
        names = from_feast["metadata"]["feature_names"]
        theirs = [from_feast["results"][names.index(f"f{i}")]["values"] for i in range(COLUMNS)]
        ours = floats_of_first_candidates(proffer_call()())
        for row in range(CANDIDATES):
            for column in range(COLUMNS):
                if abs(ours[row * COLUMNS + column] - theirs[column][row]) > 1e-5:
                    raise RuntimeError(f"the values differ in row {row}, column {column}")
        print("both give the same values; measuring", file=sys.stderr)

        rate(chosen.callers, chosen.seconds, feast_call)
        rate(chosen.callers, chosen.seconds, proffer_call)
        pairs = []
        for turn in range(chosen.rounds):
            feast = rate(chosen.callers, chosen.seconds, feast_call)
            proffer = rate(chosen.callers, chosen.seconds, proffer_call)
            pairs.append((proffer / feast, feast, proffer))
            print(
                f"round {turn + 1}: feast {feast:.1f}/s, proffer {proffer:.1f}/s, {proffer / feast:.1f}x",
                file=sys.stderr,
            )
        ratio, feast, proffer = sorted(pairs)[len(pairs) // 2]
        print(f"requests a second for {CANDIDATES + 1} x {COLUMNS} values, {chosen.callers} callers")
        print(f"  feast serve    {feast:10.1f}")
        print(f"  proffer        {proffer:10.1f}")
        print(f"  ratio          {ratio:10.1f}")
        print(json.dumps({"feast_rps": feast, "proffer_rps": proffer, "ratio": ratio}))
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()

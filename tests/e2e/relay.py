# SPDX-License-Identifier: MIT
"""A relay to the test network's server, over IPv4 until SIGUSR1, from then on over IPv6."""
import select, signal, socket

client = None
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
near.bind(("198.51.100.254", 1194))
far = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]
far[0].connect(("192.0.2.1", 1194))
far[1].connect(("2001:db8:1::1", 1194))
way = far[0]

def change(*_):
    global way
    way = far[1]

signal.signal(signal.SIGUSR1, change)
print("ready", flush=True)
while True:
    for ready in select.select([near] + far, [], [])[0]:
        data, address = ready.recvfrom(65536)
        if ready is near:
            client = address
            way.send(data)
        else:
            near.sendto(data, client)

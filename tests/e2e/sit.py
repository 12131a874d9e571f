# SPDX-License-Identifier: MIT
"""What `ip tunnel add NAME mode sit remote ADDRESS local ADDRESS ttl N` makes, for a kernel that has no
sit: a tun device of that name whose IPv6 packets go as they are into IPv4 ones of protocol 41."""
import fcntl, os, select, socket, struct, sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000
IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2

name, option = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, 41)
wire.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(option["ttl"]))
wire.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
wire.bind((option["local"], 0))
wire.connect((option["remote"], 0))  # from nobody else, too
print("ready", flush=True)
while True:
    for ready in select.select([tun, wire], [], [])[0]:
        try:
            if ready is wire:
                packet = wire.recv(65536)
                os.write(tun, packet[(packet[0] & 15) * 4:])
            else:
                wire.send(os.read(tun, 65536))
        except OSError:
            pass  # a packet is lost, as on any wire

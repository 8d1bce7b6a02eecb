"""A loopback mail server: takes letters, refuses a recipient, is busy, or hangs up."""

import socketserver
import threading


class PostOffice:
    def __init__(self):
        self.mood, self.letters = "ok", []
        self.server = socketserver.ThreadingTCPServer(
            ("127.0.0.1", 0), type("Talks", (Talks,), {"office": self})
        )
        self.server.daemon_threads = True
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Talks(socketserver.StreamRequestHandler):
    office: PostOffice

    def handle(self):
        if self.office.mood == "cut":
            return
        self._say("421 busy" if self.office.mood == "busy" else "220 double ready")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.office.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            elif verb == "RCPT" and self.office.mood == "unknown":
                self._say("550 no such user")
            else:
                self._say("250 ok")

    def _say(self, line):
        self.wfile.write(f"{line}\r\n".encode())

"""A service that believes its proxy: answers every request with what it was told of the caller.

    backend.py 8080        # 0 is a free port
"""

import http.server
import json
import sys


class Backend(http.server.BaseHTTPRequestHandler):

    def answer(self):
        # As CGI and WSGI do it, to whom "-" and "_" in the name of a header are the same.
        told = {name.lower().replace("_", "-"): value for name, value in self.headers.items()}
        seen = {
            "method": self.command,
            "path": self.path,
            "identity": told.get("x-fleet-identity"),
            "roles": told.get("x-fleet-roles"),
            "override": told.get("x-http-method-override") or told.get("x-original-url") or
                        told.get("x-original-uri"),
        }
        body = (json.dumps(seen) + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format, *arguments):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend)
    print("listening on port %d" % server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

"""A small real HTTP server that answers as an action's host does, as its URL's case asks it to."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from scripts.common.errors import UserError

# How often a load is sent where the machine is too busy to keep its schedule.
ATTEMPTS = 5
LABELS = {"cat": "tabby", "dog": "beagle"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        case = parse_qs(urlsplit(self.path).query).get("case", [""])[0]
        status, told = self.server.answer(case, json.loads(text))
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Server-Timing", "queue;dur=1.5, infer;dur=20")
        self.end_headers()
        # A client that has given up is gone.
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextlib.contextmanager
def answering(answer):
    """Serve `answer(case, body)`, which returns a status and an object; yield the URL."""
    server = Server(("127.0.0.1", 0), Handler)
    server.answer = answer
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/run"
    finally:
        server.shutdown()
        server.server_close()


def right(case, _):
    return 200, {"label": LABELS[case]}


def one_at_a_time(seconds, room):
    """Return an answer that takes so long, one at once, with so many more let in."""
    inside, counting, working = [0], threading.Lock(), threading.Lock()

    def answer(case, body):
        with counting:
            if inside[0] > room:
                return 429, {"error": "Too many concurrent requests in flight."}
            inside[0] += 1
        try:
            with working:
                time.sleep(seconds)
        finally:
            with counting:
                inside[0] -= 1
        return right(case, body)

    return answer


def where_there_is_time(send, *arguments):
    """Call it, and again where the load left its schedule; return what it returns."""
    for attempt in range(ATTEMPTS):
        try:
            return send(*arguments)
        except UserError as error:
            if attempt == ATTEMPTS - 1 or "requests a second" not in str(error):
                raise
    return None

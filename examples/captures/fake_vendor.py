"""A model vendor on loopback that answers like OpenAI (chat completions, responses) and like Gemini.

The first question of a conversation is answered with a call of the first tool, anything else with a sentence.
"""
import http.server
import json
import threading

ANSWER = "The library closes at six."
ARGUMENTS = {"day": "Friday"}


def chat_completion(request):
    messages = request["messages"]
    wants_tool = bool(request.get("tools")) and messages[-1]["role"] == "user"
    message = {"role": "assistant", "content": None if wants_tool else ANSWER}
    if wants_tool:
        name = request["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(ARGUMENTS)}}
        message["tool_calls"] = [call]
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1795226294, "model": request["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if wants_tool else "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52,
                  "prompt_tokens_details": {"cached_tokens": 16}},
    }


def chunks(completion, with_usage):
    """The same answer as pieces of a stream."""
    head = {**completion, "object": "chat.completion.chunk"}
    usage = head.pop("usage")
    choice = head["choices"][0]
    delta = {"role": "assistant", **{k: v for k, v in choice["message"].items() if k != "role"}}
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": 0, **call} for call in delta["tool_calls"]]
    yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    if with_usage:
        yield {**head, "choices": [], "usage": usage}


def response(request):
    items = request["input"] if isinstance(request["input"], list) else []
    wants_tool = bool(request.get("tools")) and not any(item.get("type") == "function_call_output" for item in items)
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "The hours are needed."}]}
    if wants_tool:
        call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": request["tools"][0]["name"],
                "arguments": json.dumps(ARGUMENTS), "status": "completed"}
        output = [reasoning, call]
    else:
        text = {"type": "output_text", "text": ANSWER, "annotations": []}
        output = [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}]
    return {
        "id": "resp_1", "object": "response", "created_at": 1795226294, "status": "completed", "model": request["model"],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": request.get("tools", []), "output": output,
        "usage": {"input_tokens": 40, "input_tokens_details": {"cached_tokens": 16}, "output_tokens": 12,
                  "output_tokens_details": {"reasoning_tokens": 4}, "total_tokens": 52},
    }


def generate_content(request):
    parts = request["contents"][-1]["parts"]
    declared = [f for tool in request.get("tools", []) for f in tool.get("functionDeclarations", [])]
    if declared and "text" in parts[0]:
        part = {"functionCall": {"name": declared[0]["name"], "args": ARGUMENTS}}
    else:
        part = {"text": ANSWER}
    return {
        "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 12, "totalTokenCount": 52,
                          "cachedContentTokenCount": 16},
        "modelVersion": "gemini-2.5-flash",
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if ":generateContent" in self.path:
            return self.answer(generate_content(request))
        if self.path.endswith("/responses"):
            return self.answer(response(request))
        completion = chat_completion(request)
        if not request.get("stream"):
            return self.answer(completion)
        with_usage = (request.get("stream_options") or {}).get("include_usage", False)
        events = [json.dumps(chunk) for chunk in chunks(completion, with_usage)] + ["[DONE]"]
        self.answer("".join(f"data: {event}\n\n" for event in events), "text/event-stream")

    def answer(self, body, kind="application/json"):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def start():
    """Starts the vendor and returns its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"

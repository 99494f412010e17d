package io.filcdn.chain.rpc;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;

/**
 * Spans of calls of nodes, where what asks is traced. They have the node's name and the method
 * alone: paths and queries of a node's URL can hold its key, and nodes hear nothing of the trace.
 */
record RpcSpans() implements Interceptor {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");

  private static final Pattern NAME = Pattern.compile("\"method\":\"(\\w{1,64})\"");

  /** A call's method is named before that many bytes of it. */
  private static final long LOOKED_AT = 256;

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    if (!Span.current().getSpanContext().isSampled()) {
      return chain.proceed(request);
    }
    String method = method(request);
    Span span =
        GlobalOpenTelemetry.getOrNoop()
            .getTracer("io.filcdn")
            .spanBuilder(method)
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(SYSTEM, "jsonrpc")
            .setAttribute(METHOD, method)
            .setAttribute(SERVER, request.url().host())
            .startSpan();
    try {
      return chain.proceed(request);
    } catch (IOException | RuntimeException e) {
      span.setStatus(StatusCode.ERROR, e.getClass().getName());
      throw e;
    } finally {
      span.end();
    }
  }

  /** The method that is called; of many calls in one request {@code batch}. */
  private static String method(Request request) throws IOException {
    RequestBody body = request.body();
    if (body == null) {
      return "call";
    }
    Buffer written = new Buffer();
    body.writeTo(written);
    String text = written.readString(Math.min(written.size(), LOOKED_AT), StandardCharsets.UTF_8);
    if (text.startsWith("[")) {
      return "batch";
    }
    Matcher name = NAME.matcher(text);
    return name.find() ? name.group(1) : "call";
  }
}

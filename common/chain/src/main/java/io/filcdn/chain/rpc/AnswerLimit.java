package io.filcdn.chain.rpc;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;

/**
 * The largest answer that is read; a longer one is a failure of the call. How deep an answer is
 * nested is bounded by Jackson, which reads none deeper than 500.
 */
public record AnswerLimit(long maxBytes) implements Interceptor {

  /** An answer that is longer than is read. */
  public static final class TooLargeException extends IOException {
    TooLargeException(long maxBytes) {
      super("expected an answer of at most %d bytes, found a longer one".formatted(maxBytes));
    }
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    if (body == null) {
      return response;
    }
    var counted =
        new ForwardingSource(body.source()) {
          private long bytes;

          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            long read = super.read(sink, byteCount);
            bytes += Math.max(0, read);
            if (bytes > maxBytes) {
              throw new TooLargeException(maxBytes);
            }
            return read;
          }
        };
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(counted), body.contentType(), body.contentLength()))
        .build();
  }
}

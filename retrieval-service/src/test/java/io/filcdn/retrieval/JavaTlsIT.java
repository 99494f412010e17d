package io.filcdn.retrieval;

import io.filcdn.retrieval.tls.TlsEngine;
import java.util.stream.Stream;

/** TLS by Java, as on machines without BoringSSL: the same answers, the same counts. */
class JavaTlsIT extends TlsEdgeTest {

  @Override
  TlsEngine engine() {
    return TlsEngine.JAVA;
  }

  @Override
  Stream<Way> ways() {
    return Stream.of(Way.TLS_1, Way.TLS_2);
  }
}

package io.filcdn.retrieval.tls;

import io.netty.handler.ssl.OpenSsl;
import org.jboss.logging.Logger;

/** The implementation of TLS. */
public enum TlsEngine {
  /** Google's, by netty-tcnative: of several times the speed of Java's. */
  BORINGSSL,
  /** The one of the JDK. */
  JAVA;

  private static final Logger LOG = Logger.getLogger(TlsEngine.class);

  /** This one, or Java's where it is not there for this machine; the log says which. */
  TlsEngine orJava() {
    if (this == BORINGSSL && !OpenSsl.isAvailable()) {
      LOG.warnf(
          "TLS by Java, which is slower, and resumes no other edge's sessions: there is no"
              + " BoringSSL for this machine (%s)",
          OpenSsl.unavailabilityCause());
      return JAVA;
    }
    LOG.infof("TLS by %s", this == BORINGSSL ? OpenSsl.versionString() : "Java");
    return this;
  }
}

package io.filcdn.retrieval.tls;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/**
 * A certificate and its key, as they lay in their files at one time.
 *
 * @param pem both, as Vert.x wants them
 * @param keys both, as engines want them
 * @param leaf the edge's own certificate
 */
record Certificate(PemKeyCertOptions pem, KeyManagerFactory keys, X509Certificate leaf) {

  /** The kinds of keys that certificates of servers have. */
  private static final String[] KINDS = {"EC", "RSA", "EdDSA"};

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException where they do not belong together: files that are replaced one
   *     after the other can be read in between
   */
  static Certificate read(Vertx vertx, Path chain, Path key) throws IOException {
    PemKeyCertOptions pem =
        new PemKeyCertOptions()
            .addCertValue(Buffer.buffer(Files.readAllBytes(chain)))
            .addKeyValue(Buffer.buffer(Files.readAllBytes(key)));
    KeyManagerFactory keys = keys(vertx, pem.copy(), chain, key);
    X509KeyManager manager = manager(keys);
    for (String kind : KINDS) {
      for (String alias :
          Optional.ofNullable(manager.getServerAliases(kind, null)).orElse(new String[0])) {
        X509Certificate leaf = manager.getCertificateChain(alias)[0];
        if (signs(manager.getPrivateKey(alias), leaf.getPublicKey())) {
          return new Certificate(pem, keys, leaf);
        }
      }
    }
    throw new IllegalArgumentException(
        "expected the key of the certificate %s in %s, found another's".formatted(chain, key));
  }

  /** True where its files hold the same: the chain counts too, whose leaf can be the same. */
  boolean isSameAs(Certificate other) {
    return pem.getCertValues().equals(other.pem.getCertValues())
        && pem.getKeyValues().equals(other.pem.getKeyValues());
  }

  private static X509KeyManager manager(KeyManagerFactory keys) {
    return Stream.of(keys.getKeyManagers())
        .filter(X509KeyManager.class::isInstance)
        .map(X509KeyManager.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static KeyManagerFactory keys(Vertx vertx, PemKeyCertOptions pem, Path chain, Path key) {
    try {
      return pem.getKeyManagerFactory(vertx);
    } catch (Exception e) {
      throw new IllegalArgumentException(
          "expected a certificate chain in %s and its key in %s, both PEM, found others: %s"
              .formatted(chain, key, e.getMessage()),
          e);
    }
  }

  private static boolean signs(PrivateKey signer, PublicKey verifier) {
    String algorithm =
        switch (signer.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> signer.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(signer);
      byte[] signed = signature.sign();
      signature.initVerify(verifier);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}

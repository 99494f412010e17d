package io.filcdn.common.identity;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** The private half of an edge's key, which signs. It is never shown. */
public final class EdgePrivateKey {

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final PrivateKey key;

  private EdgePrivateKey(PrivateKey key) {
    this.key = key;
  }

  /**
   * Reads an unencrypted PKCS #8 PEM text, as {@code openssl genpkey -algorithm ed25519} writes it.
   *
   * @throws IllegalArgumentException where it is none; the message shows nothing of it
   */
  public static EdgePrivateKey ofPem(String pem) {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "expected a PEM file with \"%s\", found none".formatted(BEGIN));
    }
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
      return new EdgePrivateKey(
          KeyFactory.getInstance(EdgeKey.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected an Ed25519 private key (PKCS #8), found another or a broken one", e);
    }
  }

  /** The PEM text of a private key, which {@link #ofPem} reads. */
  static String pem(PrivateKey key) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "%s\n%s\n%s\n".formatted(BEGIN, lines, END);
  }

  /** The signature of a message: 64 bytes in Base64. Of any thread. */
  public String sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance(EdgeKey.ALGORITHM);
      signer.initSign(key);
      signer.update(message);
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot sign with " + EdgeKey.ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "a private key";
  }
}

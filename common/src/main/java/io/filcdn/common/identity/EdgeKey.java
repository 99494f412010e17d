package io.filcdn.common.identity;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The public half of an edge's key: Ed25519 (RFC 8032), written as the Base64 text of its
 * SubjectPublicKeyInfo (RFC 8410), which is what stands between the lines of a PEM file.
 *
 * @param text the Base64 text, 60 characters
 */
public record EdgeKey(String text, PublicKey key) {

  static final String ALGORITHM = "Ed25519";

  public EdgeKey {
    requireNonNull(text, "text is missing");
    requireNonNull(key, "key is missing");
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException where the text is none
   */
  public static EdgeKey of(String text) {
    try {
      byte[] encoded = Base64.getDecoder().decode(text);
      PublicKey key =
          KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
      return new EdgeKey(text, key);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected an Ed25519 public key as the Base64 text of its PEM file, found \"%s\""
              .formatted(text),
          e);
    }
  }

  /**
   * True where the private half of this key signed {@code message}. Of any thread.
   *
   * @param signature in Base64; false where it is no Base64, or of another length
   */
  public boolean signed(byte[] message, String signature) {
    try {
      Signature verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(Base64.getDecoder().decode(signature));
    } catch (SignatureException | IllegalArgumentException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot verify " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}

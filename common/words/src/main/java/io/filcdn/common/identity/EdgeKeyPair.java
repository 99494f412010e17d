package io.filcdn.common.identity;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A new identity, for those who hand them out.
 *
 * @param privatePem for the edge alone; a secret
 * @param publicKey for the list of edges that metrics reads
 */
public record EdgeKeyPair(String privatePem, EdgeKey publicKey) {

  private static final String ALGORITHM = "Ed25519";

  /** Makes one. */
  public static EdgeKeyPair generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
      return new EdgeKeyPair(
          EdgePrivateKey.pem(pair.getPrivate()),
          EdgeKey.of(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java cannot make keys of " + ALGORITHM, e);
    }
  }

  /** The private half, ready to sign. */
  public EdgePrivateKey privateKey() {
    return EdgePrivateKey.ofPem(privatePem);
  }

  @Override
  public String toString() {
    return "the pair of " + publicKey;
  }
}

package io.filcdn.retrieval.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.filcdn.common.access.DelegateKey;

/** A delegate who signs whatever a test wants. */
public record TestDelegate(ECKey key) {

  /** One with a new key. */
  public static TestDelegate generate() {
    try {
      return new TestDelegate(new ECKeyGenerator(Curve.P_256).generate());
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  public DelegateKey publicKey() {
    return new DelegateKey("P-256", "EC", key.getX().toString(), key.getY().toString());
  }

  /** A token with these claims. */
  public String sign(String claims) {
    return sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(publicKey().kid()).build(), claims);
  }

  /** A token with this header. */
  String sign(JWSHeader header, String claims) {
    try {
      JWSObject token = new JWSObject(header, new Payload(claims));
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("the token is not signed", e);
    }
  }

  /** A token whose header and signature are what a test says. */
  static String made(String header, String claims, String signature) {
    return Base64URL.encode(header) + "." + Base64URL.encode(claims) + "." + signature;
  }
}

package io.filcdn.metrics.query;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.math.BigInteger;

/**
 * A serializer of counts as decimal texts: they exceed 2⁵³, which is what JavaScript's numbers
 * hold.
 */
@Singleton
public class WholeNumbersAsText implements ObjectMapperCustomizer {

  @Override
  public void customize(ObjectMapper mapper) {
    mapper
        .configOverride(BigInteger.class)
        .setFormat(JsonFormat.Value.forShape(JsonFormat.Shape.STRING));
  }
}

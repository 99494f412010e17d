package io.filcdn.service.tracing;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;

/**
 * The setting by which statements of a database are spans: on where traces are, so that one switch
 * turns both, and no statement passes an instrument that nobody reads.
 */
public final class DatabaseSpans implements ConfigSourceInterceptor {

  private static final String SETTING = "quarkus.datasource.jdbc.telemetry.enabled";
  private static final String OFF = "quarkus.otel.sdk.disabled";

  @Override
  public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    ConfigValue said = context.proceed(name);
    if (said != null || !name.equals(SETTING)) {
      return said;
    }
    ConfigValue off = context.proceed(OFF);
    return ConfigValue.builder()
        .withName(SETTING)
        .withValue(String.valueOf(off != null && "false".equals(off.getValue())))
        .build();
  }
}

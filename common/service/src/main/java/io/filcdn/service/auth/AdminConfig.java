package io.filcdn.service.auth;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;
import java.util.Optional;

/** The configuration of operators' calls, the same in each service. */
@ConfigMapping(prefix = "filcdn.admin")
public interface AdminConfig {

  /** The token that operators' calls carry; without it, all of them are refused. A secret. */
  Optional<Secret<String>> token();
}

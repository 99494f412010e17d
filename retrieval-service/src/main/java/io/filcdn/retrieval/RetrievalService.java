package io.filcdn.retrieval;

import io.filcdn.common.network.NetworkFile;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.nio.file.Path;
import org.eclipse.microprofile.config.ConfigProvider;

/** Starts the retrieval service, or says in one line why it cannot. */
@QuarkusMain
public final class RetrievalService {

  private RetrievalService() {}

  public static void main(String... args) {
    try {
      NetworkFile.read(
          ConfigProvider.getConfig()
              .getOptionalValue("filcdn.network", Path.class)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no network: set FILCDN_NETWORK to the path of a network file")));
    } catch (IllegalArgumentException e) {
      // the log is not up yet
      System.err.println(e.getMessage());
      System.exit(1);
    }
    Quarkus.run(args);
  }
}

package io.filcdn.service.schedule;

import org.jboss.logging.Logger;

/**
 * A task that is run again and again. A run that fails is logged, and keeps no other from being
 * run.
 *
 * @param name for the log, as in "taking a checkpoint"
 */
public record BackgroundTask(String name, Runnable work) implements Runnable {

  private static final Logger LOG = Logger.getLogger(BackgroundTask.class);

  @Override
  public void run() {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      // of an error, too, a schedule would tell nobody, and run it no more
      LOG.errorf(e, "%s failed and is tried again", name);
    }
  }
}

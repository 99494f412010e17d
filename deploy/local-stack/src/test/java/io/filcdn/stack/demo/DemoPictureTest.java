package io.filcdn.stack.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DemoPictureTest {

  @Test
  void itIsAPictureThatOthersCanRead() throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(DemoPicture.png()));

    assertThat(picture.getWidth()).isEqualTo(640);
    assertThat(picture.getHeight()).isEqualTo(400);
    // dusk at the top, the nearest hill at the bottom
    assertThat(new Color(picture.getRGB(0, 0))).isEqualTo(new Color(39, 33, 84));
    assertThat(new Color(picture.getRGB(639, 399))).isEqualTo(new Color(22, 22, 48));
  }

  @Test
  void itIsTheSameEachTime() {
    assertThat(DemoPicture.png()).isEqualTo(DemoPicture.png());
  }
}

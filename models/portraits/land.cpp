// SPDX-License-Identifier: GPL-3.0-or-later
// prints 68 landmarks of the largest face of every picture named on stdin: path x0 y0 ... (pixels of the picture)
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing.h>
#include <dlib/image_io.h>
#include <dlib/image_transforms.h>
#include <iostream>
#include <string>
using namespace dlib;
int main(int, char **v) {
  auto det = get_frontal_face_detector(); shape_predictor sp; deserialize(v[1]) >> sp; std::string p;
  while (std::getline(std::cin, p)) try {
    array2d<rgb_pixel> im, up; load_image(im, p); double s = 1;
    if (im.nc() < 400) { up.set_size(im.nr() * 2, im.nc() * 2); resize_image(im, up); s = 2; } else assign_image(up, im);
    auto f = det(up); if (f.empty()) { std::cerr << "none " << p << "\n"; continue; }
    rectangle b = f[0]; for (auto &r : f) if (r.area() > b.area()) b = r;
    auto q = sp(up, b); std::cout << p; for (unsigned long i = 0; i < q.num_parts(); i++) std::cout << ' ' << q.part(i).x() / s << ' ' << q.part(i).y() / s; std::cout << std::endl;
  } catch (std::exception &e) { std::cerr << "bad " << p << " " << e.what() << "\n"; }
}

# Turns the golden bytes in test/fixtures, which the server's tests share, into tables that the tests include.
set(fixtures ${PROJECT_SOURCE_DIR}/../test/fixtures)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${fixtures}/frame-header.json ${fixtures}/camera-handshake.json ${fixtures}/firmware-versions.json
  ${fixtures}/app-image-head.json)

# Writes one line of C++ for each element of an array.
function(write_table json array target)
  set(rows "")
  string(JSON count LENGTH "${json}" ${array})
  math(EXPR last "${count} - 1")
  foreach(index RANGE ${last})
    set(row "")
    foreach(field IN LISTS ARGN)
      string(REPLACE "." ";" path "${field}")
      string(JSON value GET "${json}" ${array} ${index} ${path})
      string(JSON type TYPE "${json}" ${array} ${index} ${path})
      if(type STREQUAL "NUMBER" AND value LESS 0)
        string(APPEND row "${value}, ")
      elseif(type STREQUAL "NUMBER")
        string(APPEND row "${value}u, ")
      else()
        string(APPEND row "R\"~(${value})~\", ")
      endif()
    endforeach()
    string(APPEND rows "{${row}},\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${target} CONTENT "${rows}")
endfunction()

file(READ ${fixtures}/frame-header.json frame_header)
write_table("${frame_header}" valid frame_header_valid.inc
  header.sequence header.captureUs header.sendUs header.width header.height header.jpegBytes hex)
write_table("${frame_header}" malformed frame_header_malformed.inc reason hex)

file(READ ${fixtures}/camera-handshake.json handshake)
write_table("${handshake}" cases camera_handshake.inc
  key cameraId serverNonce cameraNonce cameraHmac serverHmac)

# An array by itself, whose elements are named like those of the other files once it has a name.
file(READ ${fixtures}/firmware-versions.json firmware_versions)
write_table("{\"cases\": ${firmware_versions}}" cases firmware_versions.inc a b order)

file(READ ${fixtures}/app-image-head.json app_image_head)
write_table("${app_image_head}" valid app_image_valid.inc chip version project hex)
write_table("${app_image_head}" malformed app_image_malformed.inc reason hex)

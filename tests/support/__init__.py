"""What tests of several folders share. A test module imports from here, never from another test module."""
